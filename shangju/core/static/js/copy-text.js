// A text that is carried elsewhere: one press copies it. Without JavaScript it is marked and copied by hand.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    // Plain http in an office network has no clipboard of its own; the old way has one everywhere.
    text.select();
    document.execCommand("copy");
  }
}

for (const part of document.querySelectorAll("[data-copy-text]")) {
  const text = part.querySelector("textarea");
  const status = part.querySelector("[role=status]");
  part.querySelector(".actions").hidden = false;
  part.querySelector("button").addEventListener("click", async () => {
    await copy(text);
    status.textContent = status.dataset.words;
  });
}
