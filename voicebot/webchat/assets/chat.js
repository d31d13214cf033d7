// One conversation of the web chat; the wire is described in docs/web-chat.md.

const texts = JSON.parse(document.body.dataset.texts);
const hotline = document.body.dataset.hotline;
const at = (id) => document.getElementById(id);
const log = at("log"), state = at("state"), form = at("form"), field = at("text");
const replies = at("replies"), over = at("over"), person = at("person"), leave = at("leave");
// Answers come as HTML that the server has rendered from Markdown with tags switched off.
const trusted = window.trustedTypes?.createPolicy("chat", { createHTML: (html) => html });
const KEPT = `voicebot-chat:${hotline}`;
const TRIES = [500, 1000, 2000, 4000, 8000, 15000];

let chat = null; // Its id: the key to it, kept for this tab only.
let seq = 0; // Of the newest event shown.
let socket = null, tries = 0, timer = 0, ended = false;
let follows = true; // Whether the newest is in sight, and is to stay so.
let size = ""; // Of the log, as it was looked at last.
const unsent = new Map(); // Own messages, by name, until the server has taken them.

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function tell(text, trouble = false) {
  state.textContent = text;
  state.classList.toggle("trouble", trouble);
}

function follow() {
  const newest = log.lastElementChild;
  size = `${log.clientHeight}/${log.scrollHeight}`;
  if (!follows || !newest) return;
  // What is longer than the window is read from its beginning.
  if (newest.clientHeight > log.clientHeight) newest.scrollIntoView({ block: "start" });
  else log.scrollTop = log.scrollHeight;
}

function add(element) {
  log.append(element);
  follow();
}

function unseen(text) {
  return make("span", { className: "unseen", textContent: `${text} ` });
}

function own(text, waits) {
  const bubble = make("div", { className: waits ? "you waits" : "you" });
  bubble.append(make("p", {}, unseen(texts.you), text));
  add(bubble);
  return bubble;
}

function note(...children) {
  add(make("div", { className: "note" }, ...children));
}

function link(url, text) {
  return make("a", { href: url, textContent: text, target: "_blank", rel: "noopener noreferrer" });
}

function picture(image) {
  return make("img", { src: image.url, alt: image.alt, loading: "lazy", referrerPolicy: "no-referrer" });
}

function bubble(event) {
  const box = make("div", { className: "bot", lang: event.lang ?? "" });
  if (event.html) {
    box.innerHTML = trusted ? trusted.createHTML(event.html) : event.html;
    for (const a of box.querySelectorAll("a")) Object.assign(a, { target: "_blank", rel: "noopener noreferrer" });
    for (const img of box.querySelectorAll("img")) img.referrerPolicy = "no-referrer";
  } else {
    box.append(make("p", { textContent: event.text }));
  }
  box.prepend(unseen(texts.bot));
  for (const card of event.cards ?? []) {
    const section = make("section", { className: "card" });
    if (card.image) section.append(picture(card.image));
    section.append(make("h2", { textContent: card.title }));
    if (card.text) section.append(make("p", { textContent: card.text }));
    if (card.link) section.append(make("p", {}, link(card.link.url, card.link.text)));
    box.append(section);
  }
  add(box);
}

function suggest(quick = []) {
  replies.replaceChildren(
    ...quick.map((reply) => {
      const button = make("button", { type: "button", textContent: reply.title });
      button.addEventListener("click", () => say(reply.text));
      return button;
    }),
  );
}

function handedOver(event) {
  const lines = [];
  if (event.route === "message") lines.push(make("p", { textContent: texts.message }));
  else if (event.number) lines.push(make("p", { textContent: texts.transfer_call }), make("p", {}, make("a", { href: `tel:${event.number}`, textContent: event.number })));
  else lines.push(make("p", { textContent: event.told ? texts.transfer_told : texts.transfer_none }));
  lines.push(make("p", { textContent: texts.reference.replace("{reference}", event.reference) }));
  note(...lines);
  person.disabled = true;
}

function finish(words = texts.ended) {
  ended = true;
  sessionStorage.removeItem(KEPT);
  clearTimeout(timer);
  tell(words);
  suggest();
  form.hidden = person.disabled = leave.disabled = true;
  over.hidden = false;
  if (document.activeElement === document.body || form.contains(document.activeElement)) at("again").focus();
}

function show(event) {
  if (event.seq) {
    if (event.seq <= seq) return;
    seq = event.seq;
  }
  switch (event.type) {
    case "said": {
      const waiting = unsent.get(event.id);
      unsent.delete(event.id);
      if (waiting) waiting.bubble.classList.remove("waits");
      else own(event.text, false);
      suggest();
      tell(texts.typing);
      break;
    }
    case "message":
    case "question":
      bubble(event);
      suggest(event.quick_replies);
      tell("");
      break;
    case "busy":
      tell(event.busy ? event.text || texts.typing : "");
      break;
    case "handoff":
      handedOver(event);
      tell("");
      break;
    case "end":
      finish();
      break;
    case "error":
      refuse(event);
      break;
  }
}

function refuse(error) {
  const message = unsent.get(error.id);
  if (message) {
    // Given back to be sent again.
    message.bubble.remove();
    unsent.delete(error.id);
    if (!field.value) field.value = message.text;
    grow();
  }
  tell(texts.unsent.replace("{reason}", error.message), true);
}

async function ask(path, method = "GET", body = undefined) {
  const answer = await fetch(`chat${path}`, {
    method,
    headers: body ? { "content-type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
    signal: AbortSignal.timeout(20000),
  });
  return { status: answer.status, data: await answer.json() };
}

async function say(text) {
  const words = text.trim();
  if (!words || ended || !chat) return;
  const name = `m${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  unsent.set(name, { text: words, bubble: own(words, true) });
  follows = true;
  follow();
  suggest();
  await send(name);
}

async function send(name) {
  const text = unsent.get(name)?.text;
  if (text === undefined) return;
  if (socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({ type: "message", text, id: name }));
    return;
  }
  try {
    // Where no socket is to be had, messages go by themselves.
    const { status, data } = await ask(`/${chat}/messages`, "POST", { text, id: name });
    if (status !== 200) refuse({ ...data.error, id: name });
    await catchUp();
  } catch {
    tell(texts.lost, true); // It is sent again with the next connection.
  }
}

async function catchUp() {
  const { status, data } = await ask(`/${chat}?after=${seq}`);
  if (status === 404) return false;
  data.events?.forEach(show);
  if (data.over && !ended) finish();
  return true;
}

function connect() {
  const url = new URL(`chat/${chat}?after=${seq}`, document.baseURI);
  url.protocol = url.protocol.replace("http", "ws");
  socket = new WebSocket(url);
  socket.addEventListener("open", () => {
    if (tries) tell("");
    tries = 0;
    for (const name of [...unsent.keys()]) send(name);
  });
  socket.addEventListener("message", (message) => show(JSON.parse(message.data)));
  socket.addEventListener("close", () => {
    if (ended) return;
    timer = setTimeout(again, TRIES[Math.min(tries++, TRIES.length - 1)]);
    if (tries > 1) tell(texts.lost, true);
  });
}

async function again() {
  try {
    if (!(await catchUp())) finish();
    else if (!ended) {
      for (const name of [...unsent.keys()]) await send(name);
      connect();
    }
  } catch {
    tell(texts.lost, true);
    timer = setTimeout(again, TRIES[Math.min(tries++, TRIES.length - 1)]);
  }
}

async function begin() {
  ended = false;
  seq = tries = 0;
  unsent.clear();
  log.replaceChildren();
  over.hidden = true;
  form.hidden = person.disabled = leave.disabled = false;
  tell(texts.connecting);
  chat = sessionStorage.getItem(KEPT);
  try {
    if (chat && !(await catchUp())) {
      chat = null;
      note(make("p", { textContent: texts.gone }));
    }
    if (!chat) {
      const { status, data } = await ask("", "POST", hotline ? { hotline } : {});
      if (status !== 201) {
        finish(texts.refused.replace("{reason}", data.error.message));
        return;
      }
      chat = data.id;
      sessionStorage.setItem(KEPT, chat);
      data.events.forEach(show);
    }
  } catch {
    finish(texts.lost);
    return;
  }
  if (ended) return;
  if (state.textContent === texts.connecting) tell("");
  field.disabled = at("send").disabled = false;
  if (!matchMedia("(pointer: coarse)").matches) field.focus();
  connect();
}

function grow() {
  field.style.height = "";
  if (field.value) field.style.height = `${field.scrollHeight + 2}px`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value;
  field.value = "";
  grow();
  say(text);
  field.focus();
});
log.addEventListener("scroll", () => {
  // What moved because the window or an answer changed was not moved by the customer.
  if (size !== `${log.clientHeight}/${log.scrollHeight}`) follow();
  else follows = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
});
new ResizeObserver(follow).observe(log);
// Pictures come later than the words around them, or never.
for (const kind of ["load", "error"]) log.addEventListener(kind, follow, true);
field.addEventListener("input", grow);
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
person.addEventListener("click", () => say(person.textContent));
leave.addEventListener("click", () => ask(`/${chat}`, "DELETE").then(catchUp, () => finish()));
at("again").addEventListener("click", begin);

begin();
