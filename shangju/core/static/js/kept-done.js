// The page of a receipt: the draft that it came from is no longer needed.
const done = document.querySelector("[data-kept-done]")?.dataset.keptDone;
if (done && "indexedDB" in window) {
  const device = await import("./device.js");
  await Promise.all(["drafts", "waiting"].map((store) => device.remove(store, done))).catch(() => null);
}
