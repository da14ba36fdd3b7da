// Asks the browser for an address to which messages for it can be sent, and gives it to the server.
const form = document.getElementById("push");

if (navigator.serviceWorker && "PushManager" in window && "Notification" in window) {
  form.hidden = false;
  document.getElementById("push-without").hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add().catch(() => {
      form.hidden = true;
      document.getElementById("push-refused").hidden = false;
    });
  });
}

async function add() {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
  await navigator.serviceWorker.register("/service-worker.js", { scope: "/", updateViaCache: "none" });
  const made = (await subscribed((await navigator.serviceWorker.ready).pushManager)).toJSON();
  form.elements.endpoint.value = made.endpoint;
  form.elements.p256dh.value = made.keys.p256dh;
  form.elements.auth.value = made.keys.auth;
  form.submit();
}

// A subscription for an older key of the server stands in the way of a new one.
async function subscribed(manager) {
  const wanted = { userVisibleOnly: true, applicationServerKey: form.dataset.key };
  try {
    return await manager.subscribe(wanted);
  } catch (error) {
    const before = await manager.getSubscription();
    if (before === null) throw error;
    await before.unsubscribe();
    return manager.subscribe(wanted);
  }
}
