// Shops and buildings appear while the address is typed; the button beside it does the same without a script.
const address = document.querySelector("[name=address]");
const places = document.querySelector("[data-places]");
const PAUSE = 350;
let waiting;

async function suggest() {
  const form = address.form;
  const words = address.value.trim();
  const chosen = form.querySelector("[name=spot]:checked")?.value ?? "";
  const body = new URLSearchParams({ address: words, spot: chosen, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const answer = await fetch(places.dataset.address, { method: "POST", body }).catch(() => null);
  if (answer?.ok && address.value.trim() === words) places.innerHTML = await answer.text();
}

address?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(suggest, PAUSE);
});

// Fills the hidden coordinates with the place where the phone is, when asked to; without it the page works the same.
const line = document.querySelector("[data-my-place]");
if (line && "geolocation" in navigator) {
  const status = line.querySelector("[role=status]");
  line.hidden = false;
  line.querySelector("button").addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        document.querySelector("[name=longitude]").value = coords.longitude.toFixed(6);
        document.querySelector("[name=latitude]").value = coords.latitude.toFixed(6);
        status.textContent = status.dataset.done;
      },
      () => { status.textContent = status.dataset.failed; },
      { timeout: 10000 },
    );
  });
}
