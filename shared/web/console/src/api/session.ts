/** All tabs share one session. A tab tells the others when it signs in or out. */
const channel = new BroadcastChannel("recado.session");

/** `operatorId` is null after signing out. */
export function tellSession(operatorId: string | null): void {
  channel.postMessage(operatorId);
}

export function onSession(run: (operatorId: string | null) => void): void {
  channel.addEventListener("message", ({ data }) => run(typeof data === "string" ? data : null));
}
