// A link with data-opens="ID" opens the <dialog> of that id. Without this module the link goes to its own page.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (!dialog?.showModal) return;
    event.preventDefault();
    dialog.showModal();
    return;
  }
  // A press on the backdrop closes: only there is the dialog itself the target and the point outside its box.
  if (event.target.matches?.("dialog[open]")) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.detail) event.target.close();
  }
});

// A form in a dialog that came back with errors shows them where they were made.
for (const dialog of document.querySelectorAll("dialog")) {
  if (dialog.querySelector("[data-error-summary]")) dialog.showModal();
}
