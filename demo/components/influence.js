// Where the networks looked: asks the server about one pixel at a time, the newest question first.

class Influence {
  // ask: async ({ model, pixels, mask, row, column }) -> { levels: base64 } or { error: text }
  // failed: what to say when no answer comes.
  constructor(ask, changed, failed) {
    Object.assign(this, { ask1: ask, changed, failed, era: 0 });
    this.forget();
  }

  // Another picture: an answer that is on its way is of a former era.
  forget() {
    Object.assign(this, { query: null, wanted: null, levels: [], error: "", era: this.era + 1 });
  }

  ask(row, column, scene, models) {
    const place = row * scene.size[1] + column;
    if (this.query === place) return;
    this.query = place;
    this.wanted = { row, column, ...scene.packed, models };
    if (!this.busy) this.work();
  }

  async work() {
    this.busy = true;
    while (this.wanted) {
      const { era } = this, { models, ...question } = this.wanted;
      this.wanted = null;
      const answers = await Promise.all(models.map((model) => this.answer({ ...question, model })));
      if (era !== this.era) continue;
      this.levels = answers.map((answer) => answer.levels && decodeBytes(answer.levels));
      this.error = answers.map((answer) => answer.error || "").find(Boolean) || "";
      this.changed();
    }
    this.busy = false;
  }

  // Gradio gives undefined where the server did not answer.
  async answer(question) {
    try {
      return (await this.ask1(question)) ?? { error: this.failed };
    } catch (error) {
      return { error: String(error.message || error) };
    }
  }
}
