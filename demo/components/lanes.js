// The frames of one to three runs of the same picture, pixels and noise, under one shared time.

class Lanes {
  constructor() {
    this.clear();
  }

  clear() {
    this.lanes = [];
  }

  begin(descriptions) {
    this.lanes = descriptions.map((one) => ({ ...one, frames: [] }));
  }

  collect(message, planes) {
    const [states, estimates, spreads] = planes;
    message.frames.forEach((frame, i) => {
      const pictures = { state: states[i], estimate: estimates[i], spread: spreads && spreads[i] };
      this.lanes[message.lane].frames[message.start + i] = { ...frame, ...pictures };
    });
  }

  // The longest lane sets the pace; the others spread their frames evenly over the same time.
  get total() {
    return Math.max(0, ...this.lanes.map((lane) => lane.total));
  }

  indexAt(lane, position) {
    return this.total < 2 ? lane.total - 1 : Math.round((position / (this.total - 1)) * (lane.total - 1));
  }

  // What lane shows at a position: its frame there, or the last one that has arrived.
  frameAt(lane, position) {
    return lane && lane.frames[Math.min(this.indexAt(lane, position), lane.frames.length - 1)];
  }

  ready(position) {
    return position < this.total && this.lanes.every((lane) => lane.frames[this.indexAt(lane, position)]);
  }

  // How many positions from the first on can be shown.
  get received() {
    let count = 0;
    while (this.ready(count)) count++;
    return count;
  }

  // Score number i of kind "state" or "estimate" over the shared time; null where it is unknown.
  curve(lane, kind, i) {
    return Array.from({ length: this.total }, (_, position) => {
      const frame = lane.frames[this.indexAt(lane, position)];
      return frame && frame.scores[kind] ? frame.scores[kind][i] : null;
    });
  }
}
