// A form marked data-kept-form survives a closed browser and a missing network: drafts on this device, a queue that
// sends itself. The words are the page's own (ui/kept_form.html). Without this module the form works as any other.

/** @typedef {{name: string, file: Blob}} Photo */

const form = document.querySelector("form[data-kept-form]");
const place = document.querySelector("[data-kept]");
const { keptForm: kind, keptWorker: workerAddress, keptToken: tokenAddress } = form?.dataset ?? {};
const needsOwner = form?.hasAttribute("data-kept-needs-owner");
const isShell = form?.hasAttribute("data-kept-shell");
let owner = form?.dataset.keptOwner ?? "";
let /** @type {Photo[]} */ photos = [];
let saving;
let sending = false;

const PAUSE = 400;
const FLAG = "shangju-kept";
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "photos", "photo_ids", "map_of"]);
const NOT_IN_DRAFTS = new Set([...NOT_KEPT, "key", "phone", "name"]);

/** The device's store is loaded only when something is kept or written: whoever only looks pays nothing for it. */
const device = () => import("./device.js");
const part = (name) => place.querySelector(`[data-kept-${name}]`);
const isMine = (row) => row.form === kind && (needsOwner ? owner !== "" && row.owner === owner : !row.needsOwner);

function flag(isKept) {
  try {
    if (isKept) localStorage.setItem(FLAG, "yes");
    else localStorage.removeItem(FLAG);
  } catch { /* A browser that keeps nothing: the form goes on without drafts. */ }
}

function isFlagged() {
  try {
    return localStorage.getItem(FLAG) !== null;
  } catch {
    return false;
  }
}

// ---- what the form says

function fieldsOf(left) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !left.has(name));
}

function keyField() {
  let field = form.elements.namedItem("key");
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name: "key" });
    form.prepend(field);
  }
  field.value ||= `${form.dataset.keptPrefix}${crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`}`;
  return field;
}

const picker = () => form.querySelector("input[type=file]");

function showPhotos() {
  const input = picker();
  if (!input) return;
  const transfer = new DataTransfer();
  for (const photo of photos) transfer.items.add(new File([photo.file], photo.name, { type: photo.file.type }));
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function setOne(name, value, label) {
  const found = [...form.elements].filter((field) => field.name === name && field.type !== "submit");
  if (name === "spot" && !found.some((field) => field.value === value)) return addSpot(value, label);
  for (const field of found) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = field.value === value || (field.type === "checkbox" && value === "on");
    else field.value = value;
  }
}

/** A shop or building that was chosen from a list which the page does not show yet. */
function addSpot(value, label) {
  const list = form.querySelector("[data-places]");
  if (!list || !value) return;
  const choice = place.querySelector("template[data-kept-spot]").content.cloneNode(true);
  choice.querySelector("input").value = value;
  choice.querySelector("span").textContent = label;
  list.replaceChildren(choice);
}

function fill(fields, label) {
  for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = false;
  for (const [name, value] of fields) setOne(name, value, label);
  for (const fold of form.querySelectorAll("details")) {
    if (fields.some(([name, value]) => value && fold.querySelector(`[name="${name}"]:not([type=hidden], [type=checkbox], select)`))) fold.open = true;
  }
}

// ---- drafts

function isWorthKeeping(fields) {
  return photos.length > 0 || fields.some(([name, value]) => ["text", "address"].includes(name) && value.trim());
}

async function saveDraft() {
  clearTimeout(saving);
  saving = undefined;
  if (sending || (needsOwner && !owner)) return;
  const fields = fieldsOf(NOT_IN_DRAFTS);
  const key = keyField().value;
  const store = await device();
  if (!isWorthKeeping(fields)) return store.remove("drafts", key).catch(() => null);
  flag(true);
  const spot = form.querySelector("[name=spot]:checked")?.parentElement.textContent.trim() ?? "";
  const draft = { key, form: kind, owner, needsOwner, fields, photos, spot, at: Date.now() };
  await store.put("drafts", draft).then(() => { part("where").hidden = false; }, () => null);
}

function takeUp(row) {
  keyField().value = row.key;
  photos = row.photos;
  fill(row.fields, row.spot ?? "");
  showPhotos();
  form.querySelector("textarea")?.focus();
}

async function offerDrafts(store) {
  const drafts = (await store.all("drafts")).filter((draft) => isMine(draft) && draft.key !== keyField().value);
  const list = part("drafts");
  list.querySelector("ul").replaceChildren(...drafts.map((draft) => draftItem(draft, store)));
  list.hidden = drafts.length === 0;
}

function draftItem(draft, store) {
  const item = place.querySelector("template[data-kept-draft]").content.cloneNode(true).firstElementChild;
  const words = draft.fields.find(([name]) => name === "text")?.[1].trim() ?? "";
  item.querySelector("[data-words]").textContent = words.length > 40 ? `${words.slice(0, 40)}…` : words;
  item.querySelector("[data-at]").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang);
  item.querySelector("[data-go-on]").addEventListener("click", () => {
    part("drafts").hidden = true;
    takeUp(draft);
  });
  item.querySelector("[data-throw]").addEventListener("click", async () => {
    await store.remove("drafts", draft.key);
    await offerDrafts(store);
    form.querySelector("textarea")?.focus();
  });
  return item;
}

// ---- the queue

function entryNow() {
  const key = keyField().value;
  const address = form.getAttribute("action") || location.pathname;
  return {
    key, form: kind, owner, needsOwner, address, tokenAddress, photos,
    fields: fieldsOf(NOT_KEPT), state: "waiting", sentences: [], at: Date.now(),
  };
}

/** Put it in the queue first, then try: whatever happens on the way, it is there. */
async function submitted(event) {
  if (event.submitter?.name || event.defaultPrevented) return;
  if (photosOfServer() && navigator.onLine) return;
  event.preventDefault();
  if (sending || !form.reportValidity()) return;
  sending = true;
  form.setAttribute("aria-busy", "true");
  clearTimeout(saving);
  const store = await device().catch(() => null);
  const entry = entryNow();
  try {
    await store.put("waiting", entry);
    flag(true);
  } catch {
    // The device keeps nothing (a private window, a full disk): the browser sends the form as ever.
    form.submit();
    return;
  }
  await sendNow(store, entry);
}

/** Photos that came with an earlier round lie at the server: only the page itself can send them again. */
const photosOfServer = () => form.querySelector("[name=photo_ids]") !== null;

async function sendNow(store, entry) {
  const now = await store.freshToken(tokenAddress);
  const isOwner = !needsOwner || now?.owner === owner;
  const answer = now && isOwner ? await store.send(entry, now.token, "now") : { outcome: now ? "sign_in" : "waiting" };
  if (answer.outcome === "stored") {
    await Promise.all([store.remove("waiting", entry.key), store.remove("drafts", entry.key)]);
    location.assign(answer.page);
  } else if (["refused", "asked"].includes(answer.outcome) && !isShell) {
    // The server has something to say about it: let it show its own page, everything kept.
    await store.remove("waiting", entry.key);
    form.submit();
  } else {
    await store.put("waiting", { ...entry, state: answer.outcome === "asked" ? "waiting" : answer.outcome, sentences: answer.sentences ?? [] });
    await waits(store, entry);
  }
}

async function waits(store, entry) {
  await store.remove("drafts", entry.key);
  photos = [];
  form.reset();
  const key = keyField();
  key.value = "";
  keyField();
  sending = false;
  form.removeAttribute("aria-busy");
  await askForSync(store);
  await showQueue(store);
  place.scrollIntoView({ block: "start" });
  part(part("waiting").hidden ? "refused" : "waiting").focus();
}

/** Where the browser can, it wakes the worker when the network is back, even with the page closed. */
async function askForSync(store) {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.sync?.register(store.SYNC).catch(() => null);
}

async function showQueue(store) {
  const rows = (await store.all("waiting")).filter(isMine);
  const waiting = rows.filter((row) => row.state !== "refused");
  part("waiting").hidden = waiting.length === 0;
  part("waiting").querySelector("[data-count]").textContent = String(waiting.length);
  part("sign-in").hidden = !waiting.some((row) => row.state === "sign_in");
  show("refused", rows.filter((row) => row.state === "refused"), (row, item) => refusedItem(row, item, store));
  const receipts = (await store.all("receipts")).filter(isMine);
  show("receipts", receipts, (row, item) => receiptItem(row, item, store));
}

function show(name, rows, fillItem) {
  const block = part(name);
  const template = block.querySelector("template");
  const items = rows.map((row) => fillItem(row, template.content.cloneNode(true).firstElementChild));
  block.querySelector("ul").replaceChildren(...items);
  block.hidden = rows.length === 0;
}

function refusedItem(row, item, store) {
  const words = row.fields.find(([name]) => name === "text")?.[1] ?? "";
  item.querySelector("[data-words]").textContent = words.slice(0, 60);
  item.querySelector("[data-why]").textContent = row.sentences.join(" ");
  item.querySelector("[data-open]").addEventListener("click", async () => {
    await store.put("drafts", { ...row, fields: row.fields.filter(([name]) => !NOT_IN_DRAFTS.has(name)) });
    await store.remove("waiting", row.key);
    await showQueue(store);
    takeUp(row);
  });
  item.querySelector("[data-throw]").addEventListener("click", async () => {
    await store.remove("waiting", row.key);
    await showQueue(store);
  });
  return item;
}

function receiptItem(row, item, store) {
  item.querySelector("[data-number]").textContent = row.number;
  item.querySelector("[data-code]").textContent = row.code;
  item.querySelector("[data-follow]").href = row.follow;
  item.querySelector("[data-seen]").addEventListener("click", async () => {
    await store.remove("receipts", row.key);
    await showQueue(store);
  });
  return item;
}

// ---- lists that a form without network offers again

async function keepChoices(store) {
  for (const select of form.querySelectorAll("select[data-keep-choices]")) {
    const key = `choices:${kind}:${select.name}`;
    if (isShell) {
      const kept = await store.get("facts", key);
      if (kept?.owner === owner) select.append(...kept.choices.map(([value, words]) => new Option(words, value)));
    } else {
      const choices = [...select.options].filter((option) => option.value).map((option) => [option.value, option.text]);
      await store.put("facts", { key, owner, choices, at: Date.now() });
    }
  }
}

/** Who is at this device: told by the page, remembered for its shell until the session would have ended. */
async function settleOwner(store) {
  if (!needsOwner) return;
  if (!isShell) {
    await store.dropDrafts(owner);
    await store.put("facts", { key: "owner", mark: owner, until: Date.now() + Number(form.dataset.keptMinutes) * 60_000, at: Date.now() });
    flag(true);
    return;
  }
  const remembered = await store.get("facts", "owner");
  if (remembered && remembered.until > Date.now()) owner = remembered.mark;
}

// ---- beginnings

async function sendAndShow() {
  const store = await device();
  await store.sendWaiting();
  await showQueue(store);
}

function registerWorker() {
  if (workerAddress) navigator.serviceWorker?.register(workerAddress, { type: "module" }).catch(() => null);
}

async function begin() {
  keyField();
  const store = await device();
  await settleOwner(store);
  await keepChoices(store);
  if (form.hasAttribute("data-kept-bound")) photos = (await store.get("drafts", keyField().value))?.photos ?? [];
  else await offerDrafts(store);
  await showQueue(store);
  await sendAndShow();
}

function touched() {
  form.removeEventListener("focusin", touched);
  form.removeEventListener("pointerdown", touched);
  registerWorker();
  device().catch(() => null);
}

if (form && place && "indexedDB" in window) {
  place.hidden = false;
  form.addEventListener("focusin", touched);
  form.addEventListener("pointerdown", touched);
  form.addEventListener("submit", submitted);
  const later = () => {
    clearTimeout(saving);
    saving = setTimeout(saveDraft, PAUSE);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", (event) => {
    if (event.target === picker()) photos = Array.from(event.target.files, (file) => ({ name: file.name, file }));
    later();
  });
  addEventListener("pagehide", () => { if (saving) saveDraft(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && saving) saveDraft(); });
  addEventListener("online", () => sendAndShow().catch(() => null));
  part("send").addEventListener("click", () => sendAndShow().catch(() => null));
  if (needsOwner) registerWorker();
  if (isShell || needsOwner || isFlagged() || form.hasAttribute("data-kept-bound")) begin().catch(() => null);
}
