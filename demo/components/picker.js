// The picture picker: thumbnails cut from one sprite, a radio group with arrow keys. Sends "pick"; data-picked has the
// index.

class PicturePicker {
  constructor(element, label, choose) {
    this.root = element.querySelector(".thumbs");
    this.credit = element.querySelector(".credit");
    this.root.setAttribute("aria-label", label);
    this.choose = choose;
    this.root.addEventListener("keydown", (event) => this.key(event));
    // A choice has been answered (see events.py): where it was refused, the picture is still the former one.
    document.addEventListener("settled", ({ detail }) => detail === "picture" && this.select(this.shown));
  }

  // value: { sprite: data URL of all thumbnails side by side, titles: [text], selected: index or -1,
  // title and credit of the picture on screen }
  show(value) {
    if (!value) return;
    if (this.root.children.length !== value.titles.length) this.build(value);
    this.shown = value.selected;
    this.select(this.shown);
    this.credit.querySelector("strong").textContent = value.title;
    this.credit.querySelector("span").textContent = value.credit;
  }

  build({ sprite, titles }) {
    this.root.replaceChildren(...titles.map((title, i) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", title, ariaLabel: title });
      button.setAttribute("role", "radio");
      button.style.backgroundImage = `url("${sprite}")`;
      button.style.backgroundSize = `${titles.length * 100}% 100%`;
      button.style.backgroundPositionX = `${(i / Math.max(titles.length - 1, 1)) * 100}%`;
      button.addEventListener("click", () => this.pick(i));
      return button;
    }));
  }

  select(index) {
    this.root.dataset.selected = index;
    [...this.root.children].forEach((button, i) => {
      button.setAttribute("aria-checked", i === index);
      button.tabIndex = i === Math.max(index, 0) ? 0 : -1;
    });
  }

  pick(index) {
    this.select(index);
    this.root.dataset.picked = index;
    this.choose();
  }

  key(event) {
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const buttons = [...this.root.children];
    if (!move || !buttons.length) return;
    event.preventDefault();
    const index = (buttons.indexOf(document.activeElement) + move + buttons.length) % buttons.length;
    buttons[index].focus();
    this.pick(index);
  }
}
