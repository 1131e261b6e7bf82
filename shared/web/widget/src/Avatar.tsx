import { initials } from "@recado/lib/text";
import { useState } from "preact/hooks";
import type { Person } from "./rows.ts";

/** A picture, or the initials if there is none or it fails to load. Decorative: the name is next to it. */
export function Avatar({ name, picture }: Person) {
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <span class="avatar" aria-hidden="true">
      {picture && picture !== broken ? <img src={picture} alt="" onError={() => setBroken(picture)} /> : initials(name)}
    </span>
  );
}
