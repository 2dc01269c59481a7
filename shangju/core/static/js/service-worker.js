// Shows the shell of a form when the network is away, and sends what waits when it is back. It keeps only what it is
// told to at its installation: shells without anybody's data, styles and scripts; never a page that was visited.
import { SYNC, sendWaiting } from "./device.js";

const OURS = "shangju-shell-";
const GATEWAY = [502, 503, 504];

/**
 * @param {{version: string, scope: string, shells: Record<string, string>, assets: string[]}} plan Pages with their
 * shells, and what these need.
 */
export function serve(plan) {
  const name = `${OURS}${plan.scope}-${plan.version}`;

  const install = async () => {
    const cache = await caches.open(name);
    await cache.addAll([...Object.values(plan.shells), ...plan.assets].map((path) => new Request(path, { cache: "no-cache" })));
    await self.skipWaiting();
  };

  const activate = async () => {
    const old = (await caches.keys()).filter((other) => other.startsWith(`${OURS}${plan.scope}-`) && other !== name);
    await Promise.all(old.map((other) => caches.delete(other)));
    await self.clients.claim();
  };

  /** The network's answer; what was kept only where there is none. */
  const answer = async (request, kept) => {
    const fresh = await fetch(request).catch(() => null);
    if (fresh && !GATEWAY.includes(fresh.status)) return fresh;
    return (await (await caches.open(name)).match(kept)) ?? fresh ?? Response.error();
  };

  self.addEventListener("install", (event) => event.waitUntil(install()));
  self.addEventListener("activate", (event) => event.waitUntil(activate()));
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== self.location.origin) return;
    if (request.mode === "navigate" && plan.shells[pathname]) event.respondWith(answer(request, plan.shells[pathname]));
    else if (plan.assets.includes(pathname)) event.respondWith(answer(request, pathname));
  });
  self.addEventListener("sync", (event) => {
    if (event.tag === SYNC) event.waitUntil(sendWaiting());
  });
}
