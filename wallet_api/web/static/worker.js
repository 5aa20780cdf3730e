// SPDX-License-Identifier: EUPL-1.2
// Stands between the browser and the server for two things only: files whose names hold their content's hash come from
// the device once they were fetched, and without internet there is a page that says so. No page of a citizen's is kept.
// What comes before this text says which files (`FILES`), which page (`OFFLINE`), and which version these are (`VERSION`).
"use strict";

const STATIC = "/static/";

async function keep() {
  const cache = await caches.open(VERSION);
  await cache.addAll([OFFLINE, ...FILES]);
  await self.skipWaiting();
}

async function forget() {
  for (const name of await caches.keys()) if (name !== VERSION) await caches.delete(name);
}

async function file(request) {
  const cache = await caches.open(VERSION);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    const kept = await caches.match(OFFLINE);
    return kept ?? Response.error();
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forget()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith(STATIC)) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});
