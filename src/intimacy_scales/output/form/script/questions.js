// One statement a screen: a fieldset of radios, so that keyboard and screen reader know it without help.

const LAST_DIGIT = 9;
let soon = null; // the step that a tap has set off

function textOf(thing) {
  return make("span", { lang: session.lang }, thing.texts[session.lang]);
}

function optionRow(option, position, chosen, onchoose) {
  const input = make("input", {
    type: "radio", name: "answer", value: option.code, id: `option-${position}`, checked: chosen,
    autocomplete: "off", onclick: () => onchoose(option.code, row.dataset.pointer === "yes"),
  });
  const label = option.texts[session.lang];
  const digit = position <= LAST_DIGIT && label !== String(position)
    ? make("kbd", { "aria-hidden": "true" }, String(position)) : null;
  const row = make("label", { class: "option", for: input.id, onpointerup: () => { row.dataset.pointer = "yes"; } },
    input, make("span", { class: "text", lang: session.lang }, label), digit);
  row.addEventListener("pointerdown", () => { row.dataset.pointer = "no"; });
  return row;
}

// A row of many numbers is a slider. It shows no answer until it is touched: where it stands first is nobody's answer.
function sliderOf(row, options, now, onchoose) {
  const digits = (String(row.step).split(".")[1] || "").length;
  const middle = row.from + row.step * Math.round((row.to - row.from) / row.step / 2);
  const shown = make("output", { class: "slider-value", for: "slider" });
  const take = () => onchoose(Number(Number(input.value).toFixed(digits)), false);
  const input = make("input", {
    type: "range", id: "slider", name: "answer", min: row.from, max: row.to, step: row.step, autocomplete: "off",
    value: now() === null ? middle : now(), "aria-describedby": "slider-ends", oninput: take, onpointerup: take,
    onkeydown: (event) => { if (event.key === " ") { event.preventDefault(); take(); } },
  });
  const ends = make("div", { class: "slider-ends", id: "slider-ends" }, options.map((option) => make("span", {},
    `${option.code} `, textOf(option))));
  const tell = () => {
    const blank = now() === null;
    input.classList.toggle("blank", blank);
    input.setAttribute("aria-valuetext", blank ? say("slider_blank") : String(now()));
    shown.textContent = blank ? say("slider_blank") : String(now());
    if (blank) input.value = middle;
  };
  return { field: make("div", { class: "slider" }, shown, input, ends, paragraph(say("slider_hint"), "soft")), input, tell };
}

function questionScreen() {
  const { part, item } = session;
  const options = optionsAt(item);
  const form = content.forms[part];
  const now = () => session.answers[part][item];
  const forward = make("button", { type: "submit", class: "main" });
  const clear = button(say("clear"), () => choose(null), "link");
  const row = rowAt(item);
  const slider = row ? sliderOf(row, options, now, choose) : null;
  const rows = row ? [] : options.map((option, i) => optionRow(option, i + 1, now() === option.code, choose));

  function tell() {
    forward.textContent = say(now() === null ? "skip" : "next");
    forward.classList.toggle("main", now() !== null);
    clear.hidden = now() === null;
    if (slider) slider.tell();
  }

  function choose(code, byPointer) {
    session.answers[part][item] = code;
    session.saved = null;
    rows.forEach((row, i) => { row.firstChild.checked = options[i].code === code; });
    tell();
    clearTimeout(soon);
    if (code === null) (slider ? slider.input : rows[0].firstChild).focus({ preventScroll: true });
    else if (byPointer && session.tap) soon = setTimeout(onward, 220);
  }

  function onkeydown(event) {
    for (const row of rows) row.dataset.pointer = "no";
    if (event.ctrlKey || event.altKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
    const chosen = rows[Number(event.key) - 1];
    if (!chosen || options.length > LAST_DIGIT) return;
    event.preventDefault();
    chosen.firstChild.focus({ preventScroll: true });
    choose(options[Number(event.key) - 1].code, false);
  }

  tell();
  const about = form.texts[session.lang] && make("p", { class: part === 0 ? "form-name" : "form-name later", id: "form-name" },
    textOf(form));
  const asked = slider ? slider.field : rows;
  const page = make("form", { class: "card question", novalidate: true, onkeydown,
    onsubmit: (event) => { event.preventDefault(); onward(); } },
    make("fieldset", { "aria-describedby": about ? "form-name" : null },
      make("legend", {}, make("h1", { lang: session.lang }, content.items[item].texts[session.lang])), about, asked),
    make("div", { class: "extras" }, button(say("pause"), () => show(pauseScreen), "link"), clear),
    make("div", { class: "steps" }, button(say("back"), backward), forward));
  const focus = () => (slider ? slider.input : (rows.find((one) => one.firstChild.checked) || rows[0]).firstChild);
  return { page, focus, progress: true };
}

function onward() {
  clearTimeout(soon);
  if (session.filling) {
    show(reviewScreen);
  } else if (session.item + 1 < content.items.length) {
    session.item += 1;
    show(questionScreen);
  } else if (session.part + 1 < content.forms.length) {
    Object.assign(session, { part: session.part + 1, item: 0 });
    show(partScreen);
  } else {
    show(reviewScreen);
  }
}

function backward() {
  clearTimeout(soon);
  if (session.filling) {
    show(reviewScreen);
  } else if (session.item > 0) {
    session.item -= 1;
    show(questionScreen);
  } else {
    show(partScreen);
  }
}
