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
