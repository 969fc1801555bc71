// The screens around the statements. Each returns its page and what is to have the focus.

const partnerName = () => say("begin_as", { partner: (session.partner || "").toUpperCase() });
const listOf = (texts, kind) => make("ul", { class: kind }, texts.map((text) => make("li", {}, text)));
const partOf = (i) => (content.forms.length > 1 ? say("part", { i: i + 1, n: content.forms.length }) : null);

function block(title, ...parts) {
  return make("section", { class: "block" }, make("h2", {}, title), parts);
}

function whatItIs() {
  const n = content.items.length;
  if (content.forms.length === 1) {
    const only = content.forms[0].texts[session.lang] ? listOf([textOf(content.forms[0])], "parts") : null;
    return [paragraph(say("about", { n }), "lead"), only];
  }
  return [
    paragraph(say("about", { n: asked() }), "lead"),
    paragraph(say("about_parts", { n })),
    make("ol", { class: "parts" }, content.forms.map((form) => make("li", {}, textOf(form)))),
    paragraph(say("about_parts_why"), "soft"),
  ];
}

function forTwo() {
  if (!content.two) return null;
  if (session.partner === "b") return block(partnerName(), paragraph(say("two_second")));
  return block(say("two_title"), listOf([say("two_about"), say("two_files"), say("two_apart")]),
    paragraph(say("two_first")));
}

function codeField() {
  const wrong = make("p", { class: "wrong", id: "code-wrong", role: "alert" });
  const input = make("input", {
    type: "text", id: "code", name: "code", maxlength: "40", autocomplete: "off", autocapitalize: "off",
    spellcheck: "false", "aria-describedby": "code-hint code-wrong", value: session.code,
  });
  const field = make("div", { class: "field" }, make("label", { for: "code" }, say("code_title")),
    make("p", { class: "soft", id: "code-hint" }, say("code_hint")), input, wrong);
  const take = () => {
    const code = input.value.trim();
    const fitting = codeFits(code);
    wrong.textContent = fitting ? "" : say("code_wrong");
    input.setAttribute("aria-invalid", String(!fitting));
    if (fitting) session.code = code;
    else input.focus();
    return fitting;
  };
  return { field, take };
}

function resumeField() {
  const wrong = make("p", { class: "wrong", role: "alert" });
  const input = make("input", { type: "file", id: "resume", accept: ".json,application/json", autocomplete: "off" });
  input.addEventListener("change", async () => {
    if (!input.files.length) return;
    const why = resumeFrom(await input.files[0].text());
    if (why === null) show(questionScreen);
    else wrong.textContent = say("resume_wrong", { why: say(`resume_why_${why}`) });
  });
  return make("details", { class: "block" }, make("summary", {}, say("resume_title")),
    paragraph(say("resume_text")), make("label", { for: "resume", class: "file-label" }, say("resume_choose")), input, wrong);
}

function welcomeScreen() {
  const second = session.partner === "b";
  const code = second ? null : codeField();
  const begin = () => { if (!code || code.take()) show(partScreen); };
  const title = heading(content.title);
  const page = make("form", { class: "card", novalidate: true, onsubmit: (event) => { event.preventDefault(); begin(); } },
    title, whatItIs(), forTwo(),
    block(say("private_title"), listOf(say("private"))),
    block(say("not_title"), paragraph(say("not_text"))),
    make("section", { class: "block help" }, make("h2", {}, say("help_title")), paragraph(say("help_when")),
      listOf(say("help_lines")), paragraph(say("leave_hint"), "soft")),
    code && code.field,
    make("div", { class: "steps" }, make("button", { type: "submit", class: "main" }, say("agree"))),
    second ? null : resumeField());
  return { page, focus: () => title };
}

function keysHint() {
  const lists = Object.entries(content.options).filter(([name]) => !content.rows[name]).map(([, options]) => options.length);
  const most = lists.length ? Math.max(...lists) : LAST_DIGIT + 1;
  return most > LAST_DIGIT ? say("how_keys_many") : say("how_keys", { keys: `1\u2013${most}` });
}

function partScreen() {
  const form = content.forms[session.part];
  const name = form.texts[session.lang];
  const tap = make("input", { type: "checkbox", id: "tap", checked: session.tap, autocomplete: "off" });
  const first = session.part === 0;
  const title = heading(name ? textOf(form) : say("how_title"));
  const about = name ? say(first ? "part_about_first" : "part_about_next", { n: content.items.length }) : null;
  const begin = () => { session.tap = tap.checked; session.item = 0; show(questionScreen); };
  const back = () => {
    if (first) show(welcomeScreen);
    else { Object.assign(session, { part: session.part - 1, item: content.items.length - 1 }); show(questionScreen); }
  };
  const kind = name && content.forms.length > 1 ? `part-of${first ? "" : " later"}` : "part-of none";
  const page = make("form", { class: "card", novalidate: true, onsubmit: (event) => { event.preventDefault(); begin(); } },
    make("p", { class: kind }, [content.two ? partnerName() : null, partOf(session.part)].filter(Boolean).join(" \u00b7 ")),
    title, about && paragraph(about, "lead"), paragraph(say("how")), paragraph(keysHint(), "soft keys"),
    make("label", { class: "option check", for: "tap" }, tap, make("span", { class: "text" }, say("tap"))),
    make("div", { class: "steps" }, button(say("back"), back), make("button", { type: "submit", class: "main" }, say("start"))));
  return { page, focus: () => title };
}

function blanksOf() {
  const goTo = (part, item) => () => { Object.assign(session, { part, item, filling: true }); show(questionScreen); };
  return session.answers.flatMap((answers, part) => answers.flatMap((answer, item) => (answer !== null ? [] : [
    make("li", {}, button(partOf(part) ? say("review_go", { part: partOf(part), i: item + 1 })
      : say("review_go_one", { i: item + 1 }), goTo(part, item), "chip"))])));
}

function reviewScreen() {
  session.filling = false;
  const title = heading(say("review_title"));
  const blanks = blanksOf();
  const first = session.partner === "a";
  const last = () => { Object.assign(session, { part: content.forms.length - 1, item: content.items.length - 1 }); show(questionScreen); };
  const page = make("section", { class: "card" }, title,
    paragraph(say("review_done", { done: given(), all: asked() }), "lead"),
    blanks.length ? block(say("review_blank"), paragraph(say("review_blank_hint")), make("ul", { class: "chips" }, blanks)) : null,
    first ? paragraph(say("review_seal"), "note") : null,
    make("div", { class: "steps" }, button(say("back"), last),
      first ? button(say("seal"), seal, "main") : button(say("to_save"), () => show(saveScreen), "main")));
  return { page, focus: () => title };
}

function seal() {
  vault.seal(session.answers);
  Object.assign(session, { answers: blank(), partner: "b", part: 0, item: 0 });
  show(handScreen);
}

function handScreen() {
  const title = heading(say("hand_title"));
  const page = make("section", { class: "card calm" }, title, paragraph(say("hand_text"), "lead"),
    make("div", { class: "steps" }, button(say("hand_go"), () => show(welcomeScreen), "main")));
  return { page, focus: () => title };
}

function pauseScreen() {
  const title = heading(say("pause_title"));
  const told = make("p", { class: "note", role: "status", hidden: true });
  const save = () => {
    const name = `resume-${newName()}.json`;
    download(name, resumeFile(), "application/json");
    told.hidden = false;
    told.textContent = say("pause_saved", { name });
  };
  const sealed = session.partner === "b";
  const page = make("section", { class: "card" }, title,
    sealed ? paragraph(say("pause_sealed")) : [paragraph(say("pause_text")), paragraph(say("pause_open"), "note"),
      make("div", { class: "steps one" }, button(say("pause_save"), save))], told,
    make("div", { class: "steps" }, button(say("pause_on"), () => show(questionScreen), "main")));
  return { page, focus: () => title };
}
