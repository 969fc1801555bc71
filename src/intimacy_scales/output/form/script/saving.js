// The end: files that people save, then an empty page.

function choices(name, title, entries) {
  return make("fieldset", { class: "choices" }, make("legend", {}, title), entries.map(([value, text, why], i) => {
    const id = `${name}-${value}`;
    return make("label", { class: "option", for: id },
      make("input", { type: "radio", name, value, id, checked: i === 0, autocomplete: "off", "aria-describedby": `${id}-why` }),
      make("span", { class: "text" }, text, make("span", { class: "soft", id: `${id}-why` }, why)));
  }));
}

function saveScreen() {
  const title = heading(say("save_title"));
  const stem = `answers-${newName()}`;
  const couple = session.code || newName();
  const names = new Set();
  const wanted = new Set();
  const told = make("div", { role: "status" });
  const finish = make("div", { class: "steps one", hidden: true });
  const picked = (name) => page.querySelector(`input[name=${name}]:checked`).value;

  function save(key, rowOf, ending) {
    const name = saveRow(rowOf(), stem + ending, picked("kind"));
    wanted.delete(key);
    names.add(name);
    session.saved = wanted.size ? null : stem;
    told.replaceChildren(make("p", { class: "note" }, say("saved", { name: [...names].join(", ") }), " ", wanted.size ? "" : say("saved_look")));
    finish.hidden = wanted.size > 0;
  }

  const one = button(say("save"), () => save("one", content.two ? rowOfBoth : rowOfOne, ""), "main");
  const each = ["a", "b"].map((partner) => button(say("save_partner", { partner: partner.toUpperCase() }),
    () => save(partner, () => rowOfPartner(partner, couple), `-${partner}`), "main"));
  const buttons = make("div", { class: "steps one" });
  const count = () => (content.two ? picked("count") : "one");

  function arrange() {
    wanted.clear();
    names.clear();
    session.saved = null;
    for (const key of count() === "each" ? ["a", "b"] : ["one"]) wanted.add(key);
    buttons.replaceChildren(...(count() === "each" ? each : [one]));
    finish.replaceChildren(button(say(count() === "each" ? "empty_each" : "empty"), () => { wipe(); show(doneScreen); }));
    finish.hidden = true;
    told.replaceChildren();
  }

  // a file each comes first: nobody reads the other by not having looked
  const page = make("section", { class: "card" }, title,
    paragraph(say(content.two ? "save_text_two" : "save_text"), "lead"),
    content.two ? choices("count", say("save_how"), [["each", say("save_each"), say("save_each_why")],
      ["one", say("save_one"), say("save_one_why")]]) : null,
    choices("kind", say("save_kind"), [["csv", say("save_csv"), say("save_csv_why")],
      ["json", say("save_json"), say("save_json_why")]]),
    buttons, told, finish,
    make("div", { class: "extras" }, button(say("save_back"), () => show(reviewScreen), "link")));
  page.addEventListener("change", arrange);
  arrange();
  return { page, focus: () => title };
}

function doneScreen() {
  const title = heading(say("done_title"));
  const page = make("section", { class: "card calm" }, title, paragraph(say("done_text"), "lead"), paragraph(say("done_thanks")),
    make("p", { class: "soft" }, say("done_score"), " ",
      make("code", { translate: "no" }, `intimacy-scales score FILE --bank ${content.bank.id} --out scores.csv`)));
  return { page, focus: () => title };
}
