# The Streamlit pages as a Docker Space, or on any machine: docker build -t fields . && docker run -p 8501:8501 fields
# With --build-arg PIP_EXTRA_INDEX_URL=..., PyTorch's index of CPU builds, the image is several gigabytes smaller.
FROM python:3.11-slim
RUN useradd --create-home --uid 1000 user
USER user
WORKDIR /home/user/app
ENV PATH=/home/user/.local/bin:$PATH PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1
COPY --chown=user requirements.txt .
ARG PIP_EXTRA_INDEX_URL
RUN pip install --no-cache-dir --user -r requirements.txt
COPY --chown=user . .
EXPOSE 8501
HEALTHCHECK CMD python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"
CMD ["python", "app.py", "--ui", "streamlit", "--host", "0.0.0.0", "--port", "8501"]
