// What this device keeps until it is sent: drafts, entries that wait, receipts not yet seen. Used by pages and by the
// service worker, so nothing here touches a page. docs/offline.md says what is kept where.

/**
 * @typedef {object} Entry A form that was sent and waits.
 * @property {string} key The idempotency key: the same key never makes another case.
 * @property {string} form Which form it came from.
 * @property {string} owner The mark of whoever was signed in, or the empty text.
 * @property {boolean} needsOwner Whether only its owner may send it: entries of staff.
 * @property {string} address Where it goes.
 * @property {string} tokenAddress Where a fresh token comes from.
 * @property {[string, string][]} fields
 * @property {{name: string, file: Blob}[]} photos
 * @property {number} at When, in milliseconds.
 * @property {"waiting" | "refused" | "sign_in"} state
 * @property {string[]} sentences Why it was refused.
 */

const DATABASE = "shangju";
const LAYOUT = 1;
const LOCK = "shangju-waiting";
const DAY = 24 * 60 * 60 * 1000;
const SLOWEST = 10;
const PATIENCE = 30_000;
export const KEPT_FOR = 30 * DAY;
export const SYNC = "send-waiting";

let opening;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, LAYOUT);
    request.onupgradeneeded = () => {
      for (const name of ["drafts", "waiting", "receipts", "facts"]) request.result.createObjectStore(name, { keyPath: "key" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/** One request in a transaction of its own; resolved only when it is on disk. */
async function ask(store, mode, question) {
  const transaction = (await database()).transaction(store, mode);
  const request = question(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const put = (store, row) => ask(store, "readwrite", (rows) => rows.put(row));
export const remove = (store, key) => ask(store, "readwrite", (rows) => rows.delete(key));
export const get = (store, key) => ask(store, "readonly", (rows) => rows.get(key));

/** All rows of a store, oldest first; what is older than 30 days goes. */
export async function all(store) {
  const rows = await ask(store, "readonly", (kept) => kept.getAll());
  const old = rows.filter((row) => row.at < Date.now() - KEPT_FOR);
  await Promise.all(old.map((row) => remove(store, row.key)));
  return rows.filter((row) => !old.includes(row)).sort((one, other) => one.at - other.at);
}

/** Staff leave a computer that others use: their drafts go, what waits to be sent stays bound to them. */
export async function dropDrafts(exceptOwner = "") {
  const drafts = await all("drafts");
  await Promise.all(drafts.filter((draft) => draft.needsOwner && draft.owner !== exceptOwner).map((draft) => remove("drafts", draft.key)));
  const owner = await get("facts", "owner");
  if (owner && owner.mark !== exceptOwner) for (const fact of await all("facts")) await remove("facts", fact.key);
}

/** Send one entry once. Never throws: what happened is in the answer's ``outcome``. */
export async function send(/** @type {Entry} */ entry, token, when) {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  for (const photo of entry.photos) body.append("photos", photo.file, photo.name);
  if (when === "later") {
    // Nobody is there to be asked whether it is one of those nearby, or whether personal data may stay: to others it is masked.
    body.set("none_of_these", "1");
    if (!body.get("personal_data")) body.set("personal_data", "keep");
  }
  body.set("csrfmiddlewaretoken", token);
  const headers = { "X-Kept-Form": when, "X-Kept-Owner": entry.owner };
  const weight = entry.photos.reduce((sum, photo) => sum + photo.file.size, 0);
  const signal = AbortSignal.timeout?.(PATIENCE + weight / SLOWEST);
  const answer = await fetch(entry.address, { method: "POST", body, headers, redirect: "manual", signal }).catch(() => null);
  if (!answer || answer.status >= 500 || answer.status === 429) return { outcome: "waiting" };
  if (answer.type === "opaqueredirect" || answer.status === 401) return { outcome: "sign_in" };
  const content = await answer.json().catch(() => null);
  // A page instead of a receipt: the server asks something, or a hotspot wants to be signed in to.
  if (answer.ok && !content?.number) return { outcome: when === "now" ? "asked" : "waiting" };
  return answer.ok ? { outcome: "stored", ...content } : { outcome: "refused", sentences: content?.sentences ?? [] };
}

/** A fresh token and the mark of whoever is signed in now; nothing where the server cannot be reached. */
export async function freshToken(address) {
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null;
}

/** Send everything that waits, one after the other; pages and the worker never do it at the same time. */
export function sendWaiting() {
  const work = async () => {
    let stored = 0;
    for (const entry of await all("waiting")) {
      if (entry.state !== "refused" && (await sendOne(entry))) stored += 1;
    }
    return stored;
  };
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

async function sendOne(entry) {
  const now = await freshToken(entry.tokenAddress);
  if (!now) return false;
  if (entry.needsOwner && now.owner !== entry.owner) {
    await put("waiting", { ...entry, state: "sign_in" });
    return false;
  }
  const answer = await send(entry, now.token, "later");
  if (answer.outcome !== "stored") {
    await put("waiting", { ...entry, state: answer.outcome, sentences: answer.sentences ?? [] });
    return false;
  }
  const { number, code, follow } = answer;
  await put("receipts", { key: entry.key, form: entry.form, owner: entry.owner, number, code, follow, at: Date.now() });
  await remove("waiting", entry.key);
  return true;
}
