// Answers as rows of a table, and the table as CSV or JSON: what `intimacy-scales score` reads without a map.

const NAMES = new Uint8Array(3);

function newName() {
  // a name that reveals nothing, and does not stand on the one before
  crypto.getRandomValues(NAMES);
  return Array.from(NAMES, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function today() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

function columnsOf(answers, suffix) {
  return content.forms.flatMap((form, part) => form.columns.map((name, item) => [name + suffix, answers[part][item]]));
}

const about = () => [["recorded_date", today()], ["user_language", session.lang]];

function rowOfOne() {
  return [["id", session.code || null], ...about(), ...columnsOf(session.answers, "")];
}

function rowOfBoth() {
  const both = [...columnsOf(vault.answers(), "_a"), ...columnsOf(session.answers, "_b")];
  return [["couple", session.code || null], ...about(), ...both];
}

function rowOfPartner(partner, couple) {
  const answers = partner === "a" ? vault.answers() : session.answers;
  return [["couple", couple], ["partner", partner], ...about(), ...columnsOf(answers, "")];
}

function csvOf(row) {
  const line = (cells) => cells.map((cell) => (cell === null ? "" : String(cell))).join(",");
  return `${line(row.map(([name]) => name))}\n${line(row.map(([, cell]) => cell))}\n`;
}

function headOf(command) {
  const { id, version, fingerprint } = content.bank;
  return {
    tool: "intimacy-scales", version: content.software, command, banks: { [id]: { version, fingerprint } },
  };
}

function jsonOf(row) {
  const forms = content.forms.map((form) => form.id).filter((id) => id !== null);
  const said = { ...headOf("form"), date: today(), language: session.lang, forms, rows: [Object.fromEntries(row)] };
  return `${JSON.stringify(said, null, 2)}\n`;
}

function saveRow(row, stem, kind) {
  const name = `${stem}.${kind}`;
  if (kind === "json") download(name, jsonOf(row), "application/json");
  else download(name, csvOf(row), "text/csv");
  return name;
}
