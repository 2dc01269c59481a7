// A form marked data-submit-once is sent once: after the first submit its buttons rest until the page changes.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-submit-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // After this turn of the loop: a button disabled now would not send its name and value.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = true;
    form.setAttribute("aria-busy", "true");
  });
});

// Coming back with the browser's back button shows the page as it was left: make it usable again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of form.querySelectorAll("button:disabled")) button.disabled = false;
  }
});
