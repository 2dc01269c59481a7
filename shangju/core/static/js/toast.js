// Messages can be dismissed; good news leaves by itself once nobody is reading it. Bad news stays.
const STAY = 8000;

function dismiss(toast) {
  toast.remove();
}

for (const toast of document.querySelectorAll("[data-toast]")) {
  const button = toast.querySelector("[data-dismiss]");
  button.hidden = false;
  button.addEventListener("click", () => dismiss(toast));
  if (!toast.matches(".tone-good, .tone-info")) continue;
  let timer = setTimeout(dismiss, STAY, toast);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(dismiss, STAY, toast);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusout", release);
}
