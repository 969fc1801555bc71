// A pause that somebody asked for: a file of what was answered so far, read back as strictly as anything from outside.

function resumeFile() {
  return JSON.stringify({
    ...headOf("form-resume"), date: today(), language: session.lang, partner: session.partner, id: session.code,
    forms: content.forms.map((form) => form.id), part: session.part, item: session.item, answers: session.answers,
  });
}

const within = (number, count) => Number.isInteger(number) && number >= 0 && number < count;

function fits(answers) {
  if (!Array.isArray(answers) || answers.length !== content.forms.length) return false;
  return answers.every((part) => Array.isArray(part) && part.length === content.items.length && part.every(
    (code, item) => code === null || (rowAt(item) ? onRow(rowAt(item), code) : optionsAt(item).some((option) => option.code === code))));
}

function onRow(row, code) {
  const steps = (code - row.from) / row.step;
  return Number.isFinite(code) && code >= row.from && code <= row.to && Math.abs(steps - Math.round(steps)) < 1e-6;
}

function wrongWith(said) {
  if (said === null || typeof said !== "object" || said.command !== "form-resume") return "tool";
  const bank = said.banks && said.banks[content.bank.id];
  const forms = content.forms.map((form) => form.id);
  const same = bank && bank.version === content.bank.version && bank.fingerprint === content.bank.fingerprint;
  if (!same || JSON.stringify(said.forms) !== JSON.stringify(forms)) return "bank";
  if (said.partner !== (content.two ? "a" : null)) return "bank";
  const placed = within(said.part, content.forms.length) && within(said.item, content.items.length);
  return fits(said.answers) && placed && codeFits(said.id) ? null : "answers";
}

const codeFits = (code) => typeof code === "string" && /^[A-Za-z0-9_-]{0,40}$/.test(code);

// Returns what is wrong with a file ("json", "tool", "bank", "answers"), or null once the session is as it was.
function resumeFrom(text) {
  let said;
  try {
    said = JSON.parse(text);
  } catch {
    return "json";
  }
  const wrong = wrongWith(said);
  if (wrong) return wrong;
  session.answers = said.answers.map((part) => [...part]);
  Object.assign(session, { code: said.id, part: said.part, item: said.item });
  if (content.languages.includes(said.language)) session.lang = said.language;
  return null;
}
