"""Structured logs: one JSON object a line, on stderr."""

from __future__ import annotations

import json
import logging
import os
import sys
import time

LOG_LEVEL = "FIELDLIB_LOG"  # environment variable: DEBUG logs every HTTP request


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, then what ``extra={"fields": ...}`` adds and the traceback."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {"time": f"{moment}.{int(record.msecs):03}Z", "level": record.levelname, "logger": record.name}
        line |= {"message": record.getMessage(), **getattr(record, "fields", {})}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def start_logging() -> None:
    """Send all logs to stderr as JSON lines, from the level that the environment variable FIELDLIB_LOG names."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    level = os.environ.get(LOG_LEVEL, "INFO").upper()
    logging.getLogger("demo").setLevel(level if level in logging.getLevelNamesMapping() else "INFO")
