/** Desktop notifications with a sound. The setting is per browser, like the permission. */
import type { FrameItem, Message } from "@recado/lib/protocol";

const remembered = "recado.alerts";

export const alertsPossible = (): boolean => "Notification" in window;

export const alertsOn = (): boolean =>
  alertsPossible() && Notification.permission === "granted" && localStorage.getItem(remembered) === "on";

/** Resolves to whether alerts are on: the browser may refuse the permission. */
export async function switchAlerts(on: boolean): Promise<boolean> {
  if (on && Notification.permission !== "granted") await Notification.requestPermission();
  if (on) localStorage.setItem(remembered, "on");
  else localStorage.removeItem(remembered);
  return alertsOn();
}

/** New inbound messages in the operator's conversations. Later frames of a message only change its status. */
export function calling(items: readonly FrameItem[], isMine: (conversationId: string) => boolean, heard: string) {
  return items.flatMap((item): Message[] =>
    item.type === "message.upserted" &&
    item.message.direction === "in" &&
    item.message.id > heard &&
    isMine(item.conversationId)
      ? [item.message]
      : [],
  );
}

export function alertOf(call: { title: string; body: string; tag: string; onOpen: () => void }): void {
  if (document.hasFocus() || !alertsOn()) return;
  ring();
  try {
    const shown = new Notification(call.title, { body: call.body, tag: call.tag, icon: "/favicon.svg" });
    shown.onclick = () => {
      window.focus();
      call.onOpen();
      shown.close();
    };
  } catch {
    // Android does not allow pages to show notifications: only the sound is played.
  }
}

function ring(): void {
  const context = new AudioContext();
  const volume = context.createGain();
  volume.gain.setValueAtTime(0.08, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.35);
  volume.connect(context.destination);
  const tone = context.createOscillator();
  tone.frequency.setValueAtTime(660, context.currentTime);
  tone.frequency.setValueAtTime(880, context.currentTime + 0.12);
  tone.connect(volume);
  tone.start();
  tone.stop(context.currentTime + 0.4);
  tone.onended = () => void context.close();
}
