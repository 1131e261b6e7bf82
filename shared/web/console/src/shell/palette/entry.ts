import type { ReactNode } from "react";
import type { Command } from "../../ui/commands.ts";

/** A row of the palette. `body` is shown in place of the label. */
export interface Entry extends Command {
  body?: ReactNode;
}

export interface Group {
  label: string;
  entries: Entry[];
}
