import type { Role } from "@recado/lib/protocol";
import type { Key } from "../core/texts.ts";

export const roleKeys: Record<Role, Key> = {
  owner: "role.owner",
  admin: "role.admin",
  editor: "role.editor",
  supervisor: "role.supervisor",
  operator: "role.operator",
  readonly: "role.readonly",
};
