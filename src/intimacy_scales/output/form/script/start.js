// What is there on every screen: progress, languages, the way out.

function show(screen) {
  clearTimeout(soon);
  session.screen = screen;
  const { page, focus, progress } = screen();
  tellProgress(Boolean(progress));
  place("main").replaceChildren(page);
  window.scrollTo(0, 0);
  focus().focus({ preventScroll: true });
}

function tellProgress(shown) {
  place("progress").hidden = !shown;
  place("live").textContent = "";
  if (!shown) return;
  const put = { i: session.item + 1, n: content.items.length, part: session.part + 1, parts: content.forms.length };
  const text = say(content.forms.length > 1 ? "progress_part" : "progress", put);
  place("progress-text").textContent = session.partner ? `${partnerName()} \u00b7 ${text}` : text;
  place("progress-bar").value = (session.part * content.items.length + session.item + 1) / asked();
  place("live").textContent = text;
}

function nameOf(language) {
  if (content.words[language]) return content.words[language].language_name;
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(language);
  } catch {
    return language;
  }
}

function languageField() {
  if (content.languages.length < 2) return;
  const select = make("select", { id: "language", autocomplete: "off" }, content.languages.map((language) => make("option",
    { value: language, lang: language, selected: language === session.lang }, nameOf(language))));
  select.addEventListener("change", () => {
    session.lang = select.value;
    speak();
    show(session.screen);
    select.focus({ preventScroll: true });
  });
  place("languages").replaceChildren(select);
}

function speak() {
  document.documentElement.lang = spoken();
  place("leave").textContent = say("leave");
  place("foot-note").textContent = say("foot");
  const select = place("language");
  if (!select) return;
  select.value = session.lang;
  select.setAttribute("aria-label", say("language"));
}

function leave() {
  wipe();
  document.title = "\u200b";
  document.body.replaceChildren();
  window.location.replace("about:blank");
}

function begin() {
  wipe();
  languageField();
  speak();
  show(welcomeScreen);
}

let escaped = -Infinity;
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (event.timeStamp - escaped < 1500) leave();
  escaped = event.timeStamp;
});
place("leave").addEventListener("click", leave);
window.addEventListener("beforeunload", (event) => { if (unsaved()) event.preventDefault(); });
// a page that the browser keeps for its Back button must keep no answers
window.addEventListener("pagehide", () => { wipe(); if (place("main")) place("main").replaceChildren(); });
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
begin();
