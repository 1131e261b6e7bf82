/** Characters that change the direction of the text around them without being seen. */
const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const shown = (mark: string): string => `[U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`;

/** Spells out direction marks, which can make a name or an address look like another one. */
export const withVisibleMarks = (text: string): string => text.replace(directionMarks, shown);

/** Spells out the marks that force a direction on all that follows. The others belong to texts in several scripts. */
export const withVisibleOverrides = (text: string): string => text.replace(/[\u202d\u202e]/g, shown);
