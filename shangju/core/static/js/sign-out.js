// Whoever signs out leaves no draft behind on a computer that others use.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-sign-out]")) return;
  event.preventDefault();
  const device = await import("./device.js");
  await device.dropDrafts().catch(() => null);
  form.submit();
});
