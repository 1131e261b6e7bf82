/** Who views a conversation and who types in it. Never stored. */
import { useSyncExternalStore } from "react";

export interface Person {
  kind: string;
  id: string;
  name: string;
}

/** Typing expires after this time in milliseconds: the signal that it stopped may get lost. */
const TYPING_LASTS = 8_000;

const nobody: readonly never[] = [];

export class Ephemeral {
  private viewers = new Map<string, readonly string[]>();
  private typists = new Map<string, readonly Person[]>();
  private timers = new Map<string, ReturnType<typeof setTimeout>>();
  private listeners = new Set<() => void>();

  viewersOf = (conversationId: string): readonly string[] => this.viewers.get(conversationId) ?? nobody;
  typistsIn = (conversationId: string): readonly Person[] => this.typists.get(conversationId) ?? nobody;

  viewing(conversationId: string, operatorIds: string[]): void {
    this.viewers.set(conversationId, operatorIds);
    this.changed();
  }

  typing(conversationId: string, by: Person, on: boolean): void {
    const key = `${conversationId} ${by.id}`;
    const others = this.typistsIn(conversationId).filter((person) => person.id !== by.id);
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    if (!on && others.length === this.typistsIn(conversationId).length) return;
    this.typists.set(conversationId, on ? [...others, by] : others);
    if (on)
      this.timers.set(
        key,
        setTimeout(() => this.typing(conversationId, by, false), TYPING_LASTS),
      );
    this.changed();
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.viewers.clear();
    this.typists.clear();
    this.changed();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

export const useViewers = (ephemeral: Ephemeral, conversationId: string) =>
  useSyncExternalStore(ephemeral.subscribe, () => ephemeral.viewersOf(conversationId));

export const useTypists = (ephemeral: Ephemeral, conversationId: string) =>
  useSyncExternalStore(ephemeral.subscribe, () => ephemeral.typistsIn(conversationId));
