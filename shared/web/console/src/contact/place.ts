/** Where the list of contacts was left: its search and how far it was scrolled, for the way back from a contact's page. */

export interface ContactsSearch {
  q?: string;
}

let place: { search: ContactsSearch; top: number } = { search: {}, top: 0 };

export const leftAt = (): typeof place => place;

export function leaveAt(search: ContactsSearch, top: number): void {
  place = { search, top };
}

/** How far a list with this search was scrolled. */
export const topOf = ({ q }: ContactsSearch): number => (place.search.q === q ? place.top : 0);
