"use strict";
{
  const form = document.querySelector(".filter");
  const input = form.querySelector("input");
  const output = form.querySelector("output");
  const nothing = document.querySelector(".none");
  const cards = [...document.querySelectorAll(".card")];
  const words = cards.map((card) => card.dataset.words.split("|"));
  const buttons = [...form.querySelectorAll("button")];
  let take = "";

  // Each word typed must begin a word of the shot's; a pressed button must be one of them.
  const show = () => {
    const typed = input.value.toLowerCase().split(/[\s,]+/).filter(Boolean);
    const pressed = buttons.filter((b) => b.ariaPressed === "true").map((b) => b.dataset.word);
    let count = 0;
    cards.forEach((card, place) => {
      const own = words[place];
      const fits =
        typed.every((one) => own.some((word) => ` ${word}`.includes(` ${one}`))) &&
        pressed.every((one) => own.includes(one)) &&
        (!take || own.includes(take));
      card.hidden = !fits;
      count += fits;
    });
    const all = `${cards.length} shot${cards.length === 1 ? "" : "s"}`;
    output.value = count === cards.length ? all : `${count} of ${all}`;
    nothing.hidden = count > 0;
  };

  input.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.ariaPressed = String(button.ariaPressed !== "true");
      show();
    });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-take]");
    if (button) {
      take = take ? "" : button.dataset.take;
      show();
      button.scrollIntoView({ block: "center" });
    }
    const anchor = event.target.closest?.("svg a");
    const card = anchor && document.querySelector(anchor.getAttribute("href"));
    if (card?.hidden) {
      clear();
    }
  });
  const clear = () => {
    input.value = take = "";
    buttons.forEach((button) => (button.ariaPressed = "false"));
    show();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      clear();
    } else if (event.key === "/" && document.activeElement !== input) {
      event.preventDefault();
      input.focus();
    }
  });
  show();
}
