/** A browser has one session for all its tabs: what one of them does to it, the others hear. */
const channel = new BroadcastChannel("recado.session");

/** Whose session it is from now on, or nobody's. */
export function tellSession(operatorId: string | null): void {
  channel.postMessage(operatorId);
}

export function onSession(run: (operatorId: string | null) => void): void {
  channel.addEventListener("message", ({ data }) => run(typeof data === "string" ? data : null));
}
