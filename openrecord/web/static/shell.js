// Without it every page works; with it there is a page for when there is no connection.
navigator.serviceWorker?.register("/service-worker.js", { scope: "/", updateViaCache: "none" }).catch(() => {});
