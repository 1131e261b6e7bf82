/** Parses locations: decimal coordinates, degrees and minutes, Google Maps links. Pure. */

import type { Location } from "@recado/lib/protocol";
import type { LocationDraft } from "../../live/outgoing.ts";

export const emptyLocation: LocationDraft = { latitude: "", longitude: "", name: "", address: "" };

export interface Point {
  latitude: number;
  longitude: number;
}

export type Pasted = Point | "shortLink" | null;

const LATITUDE_MAX = 90;
const LONGITUDE_MAX = 180;

const inRange = (latitude: number, longitude: number): Point | null =>
  Math.abs(latitude) <= LATITUDE_MAX && Math.abs(longitude) <= LONGITUDE_MAX ? { latitude, longitude } : null;

const pair = (match: RegExpMatchArray | null): Point | null =>
  match ? inRange(Number(match[1]), Number(match[2])) : null;

const NUMBER = String.raw`([+-]?\d{1,3}(?:\.\d+)?)`;
/** Coordinates in a link, the most exact first: pin, search term, map centre. */
const inLink = [
  new RegExp(`!3d${NUMBER}!4d${NUMBER}`),
  new RegExp(`[?&](?:q|query|ll|destination|daddr)=(?:loc:)?${NUMBER},\\s*${NUMBER}`),
  new RegExp(`/(?:place|search|dir/[^/]*)/${NUMBER},\\s*${NUMBER}`),
  new RegExp(`@${NUMBER},${NUMBER}`),
];
/** Short links contain no coordinates. */
const shortLink = /^https?:\/\/(?:maps\.app\.goo\.gl|goo\.gl\/maps)\//i;

const degrees = /(\d{1,3})\s*°\s*(?:(\d{1,2})\s*['′’]\s*)?(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:["″”]|'')\s*)?([NSEWO])/gi;

function fromDegrees(text: string): Point | null {
  const found: Partial<Point> = {};
  for (const [, whole, minutes = "0", seconds = "0", side = ""] of text.matchAll(degrees)) {
    const size = Number(whole) + Number(minutes) / 60 + Number(seconds.replace(",", ".")) / 3600;
    const value = Number((/[SWO]/i.test(side) ? -size : size).toFixed(6));
    if (/[NS]/i.test(side)) found.latitude = value;
    else found.longitude = value;
  }
  return found.latitude === undefined || found.longitude === undefined
    ? null
    : inRange(found.latitude, found.longitude);
}

function fromNumbers(text: string): Point | null {
  const plain = /^\(?\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*\)?$/;
  // Coordinates with a decimal comma.
  const comma = /^\(?\s*([+-]?\d{1,3},\d+)\s*[,;\s]\s*([+-]?\d{1,3},\d+)\s*\)?$/;
  const withComma = text.match(comma);
  if (withComma) return inRange(decimal(withComma[1]), decimal(withComma[2]));
  return pair(text.match(plain));
}

const decimal = (text = ""): number => Number(text.replace(",", "."));

export function pasted(text: string): Pasted {
  const trimmed = text.trim().replaceAll("−", "-");
  if (shortLink.test(trimmed)) return "shortLink";
  if (!/^https?:\/\//i.test(trimmed)) return fromNumbers(trimmed) ?? fromDegrees(trimmed);
  const link = decoded(trimmed);
  for (const form of inLink) {
    const point = pair(link.match(form));
    if (point) return point;
  }
  return fromDegrees(link);
}

function decoded(link: string): string {
  try {
    return decodeURIComponent(link.replaceAll("+", " ").replace(/, +/g, ","));
  } catch {
    return link;
  }
}

export type LocationFault = "latitude" | "longitude";

/** The location of the fields, or the invalid fields. */
export function locationOf(draft: LocationDraft): { location: Location } | { faults: LocationFault[] } {
  const number = (text: string, max: number): number | null => {
    const value = /^[+-]?\d+(?:[.,]\d+)?$/.test(text.trim()) ? decimal(text.trim()) : Number.NaN;
    return Math.abs(value) <= max ? value : null;
  };
  const latitude = number(draft.latitude, LATITUDE_MAX);
  const longitude = number(draft.longitude, LONGITUDE_MAX);
  if (latitude !== null && longitude !== null) {
    return { location: { latitude, longitude, name: draft.name.trim(), address: draft.address.trim() } };
  }
  return {
    faults: [
      ...(latitude === null ? ["latitude" as const] : []),
      ...(longitude === null ? ["longitude" as const] : []),
    ],
  };
}
