// A form marked data-unsaved asks before its page is left with changes that were not sent.
const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-unsaved]");
  if (form) changed.add(form);
});

document.addEventListener("submit", (event) => changed.delete(event.target));

window.addEventListener("beforeunload", (event) => {
  for (const form of changed) {
    if (form.isConnected) {
      event.preventDefault();
      return;
    }
  }
});

// After a refusal the first thing read is what is wrong.
document.querySelector("[data-error-summary]")?.focus();
