import { formatsFor } from "@recado/lib/text";
import { language } from "./i18n/index.ts";

export const formats = formatsFor(language);
