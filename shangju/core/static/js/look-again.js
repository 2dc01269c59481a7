// A part of the page that says how far some work is looks again by itself; when the work is over, the page does.
const EVERY = 2000;

async function look(part) {
  if (document.hidden) {
    return true;
  }
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) {
    return true;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (!fresh) {
    location.reload();
    return false;
  }
  if (!part.contains(document.activeElement)) {
    part.replaceChildren(...fresh.childNodes);
  }
  return true;
}

async function keepLooking(part) {
  let goesOn = true;
  try {
    goesOn = await look(part);
  } catch {
    // No network just now: the next look may find one.
  }
  if (goesOn) {
    setTimeout(() => keepLooking(part), EVERY);
  }
}

for (const part of document.querySelectorAll("[data-look-again]")) {
  setTimeout(() => keepLooking(part), EVERY);
}
