// A part of the page that answers while a field is filled in: <div data-look-up="FIELD" data-address="…">. Without this
// module a button of the form does the same.
const PAUSE = 350;

for (const target of document.querySelectorAll("[data-look-up]")) {
  const field = document.querySelector(`[name="${target.dataset.lookUp}"]`);
  let waiting;
  let shown = "";

  const ask = async () => {
    const words = field.value.trim();
    if (words === shown || words.length < Number(target.dataset.least ?? 1)) return;
    shown = words;
    const body = new URLSearchParams({ [field.name]: words, csrfmiddlewaretoken: field.form.elements.csrfmiddlewaretoken?.value ?? "" });
    const answer = await fetch(target.dataset.address, { method: "POST", body }).catch(() => null);
    if (answer?.ok && field.value.trim() === words) target.innerHTML = await answer.text();
  };

  field?.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
  field?.addEventListener("change", ask);
}

// Enter in a text of several lines is a new line; with Ctrl it sends the form.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("form[data-quick-send] textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
