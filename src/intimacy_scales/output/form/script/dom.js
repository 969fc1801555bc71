// Elements are made one by one, never from strings of markup: no text of a bank can become code.

const content = JSON.parse(document.getElementById("content").textContent);
const place = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const button = (text, onclick, kind) => make("button", { type: "button", class: kind || "quiet", onclick }, text);
const heading = (text) => make("h1", { tabindex: "-1" }, text);
const paragraph = (text, kind) => make("p", { class: kind }, text);

const spoken = () => (content.words[session.lang] ? session.lang : "en");

function say(key, put) {
  const text = content.words[spoken()][key];
  return put ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in put ? String(put[name]) : whole)) : text;
}

function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = make("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
