import { expect, test } from "vitest";
import { uploadKey } from "./pictureUpload.ts";

test("an uploaded picture that is not shown has a text for each state and reason, also for an unknown one", () => {
  expect(uploadKey({ state: "pending" })).toBe("profile.picturePending");
  expect(uploadKey({ state: "refused", reason: "picture_too_large" })).toBe("profile.pictureTooLarge");
  expect(uploadKey({ state: "refused", reason: "picture_unreadable" })).toBe("profile.pictureUnreadable");
  expect(uploadKey({ state: "refused", reason: "picture_of_next_year" })).toBe("profile.pictureUnreadable");
});
