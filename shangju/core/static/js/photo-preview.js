// Chosen photos are shown, with their size, before they are sent.
const MEGABYTE = 1024 * 1024;
const shown = new WeakMap();

function entry(file, addresses) {
  const item = document.createElement("li");
  if (file.type.startsWith("image/")) {
    const image = document.createElement("img");
    const address = URL.createObjectURL(file);
    addresses.push(address);
    image.src = address;
    image.alt = "";
    item.append(image);
  }
  const words = document.createElement("span");
  words.textContent = `${file.name} (${(file.size / MEGABYTE).toFixed(1)} MB)`;
  item.append(words);
  return item;
}

document.addEventListener("change", (event) => {
  const picker = event.target.closest("[data-photo-preview]");
  if (!picker || event.target.type !== "file") return;
  for (const address of shown.get(picker) ?? []) URL.revokeObjectURL(address);
  const addresses = [];
  picker.querySelector("[data-previews]").replaceChildren(...Array.from(event.target.files, (file) => entry(file, addresses)));
  shown.set(picker, addresses);
});
