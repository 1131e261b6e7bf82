/** Lists of values that are needed where the guards are not. */
export { type ErrorCode, errorCodes, type Language, languages } from "./generated/enums.ts";
