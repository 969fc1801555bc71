// All answers live here, in this function's own memory: never on window, in storage or in an address.

const blank = () => content.forms.map(() => content.items.map(() => null));

const session = {
  lang: content.lang,
  partner: content.two ? "a" : null,
  code: "",
  tap: true,
  answers: blank(),
  part: 0,
  item: 0,
  filling: false, // whether a blank one is being filled in from the list at the end
  saved: null,
  screen: null,
};

// What partner A answered, once sealed. The only ways out are a file that is saved and wipe().
const vault = (() => {
  let held = null;
  return {
    seal(answers) { held = answers; },
    taken() { return held !== null; },
    answers() { return held; },
    wipe() { empty(held); held = null; },
  };
})();

function empty(answers) {
  for (const part of answers || []) part.fill(null);
}

function wipe() {
  empty(session.answers);
  vault.wipe();
  Object.assign(session, {
    partner: content.two ? "a" : null, code: "", tap: true, answers: blank(), part: 0, item: 0, filling: false, saved: null,
  });
}

const given = () => session.answers.flat().filter((answer) => answer !== null).length;
const asked = () => content.forms.length * content.items.length;
const optionsAt = (item) => content.options[content.items[item].options];
const rowAt = (item) => content.rows[content.items[item].options] || null; // a slider's ends and step
const unsaved = () => (given() > 0 || vault.taken()) && session.saved === null;
