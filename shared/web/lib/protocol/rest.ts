/**
 * Guards of the REST answers, under the names that the console uses. Guards and types are made from the server's Go types; here is
 * only what differs for the reader. Unknown fields are dropped, never refused, so that an older page survives a newer server.
 */
import * as v from "valibot";
import * as wire from "./generated/rest.ts";

export {
  type Availability,
  type ConversationStatus,
  type DistributionMode,
  type FileType as FileKind,
  type InvitationStatus,
  type MessageStatus,
  type MessageType,
  type Permission,
  permissions,
  type Role,
  roles,
  type TemplateStatus,
  templateStatuses,
} from "./generated/enums.ts";
export type { NewInteractive as Interactive } from "./generated/requests.ts";
export {
  type Attachment,
  attachment,
  type Capabilities,
  type Card,
  type Channel,
  type Considered,
  type Contact,
  type Count,
  type Counts,
  capabilities,
  capabilitiesList,
  channel,
  channelList,
  contact,
  contactList,
  counts,
  type Distribution,
  distribution,
  type Event as TimelineEvent,
  errorAnswer,
  event,
  eventList,
  type Identity,
  type Invitation,
  type InvitationOffer,
  type InvitationResult,
  identity,
  invitation,
  invitationOffer,
  invited,
  type Location,
  type Me,
  type Message,
  me,
  message,
  messageList,
  type Operator,
  operator,
  operatorList,
  type PictureUpload,
  type Session as BrowserSession,
  type Settings,
  type SignedIn,
  type SitePage,
  type SocketTicket,
  type Store,
  session as browserSession,
  sessionList as browserSessionList,
  settings,
  signedIn,
  socketTicket,
  store,
  storeList,
  type Template,
  template,
  templateList,
  type Upload,
  upload,
} from "./generated/rest.ts";

/** A type of channel. The list is open: a newer server has more of them. */
export type ChannelType = wire.Channel["type"];

/** What is pushed: a frame goes to several operators and leaves out what belongs to one reader. */
export const conversationSummary = v.omit(wire.conversation, ["unread", "unreadCount", "readUpTo"]);
export type ConversationSummary = v.InferOutput<typeof conversationSummary>;

/** What is answered to one reader always says whether it is unread. */
export const conversation = v.required(wire.conversation, ["unread", "unreadCount"]);
export type Conversation = v.InferOutput<typeof conversation>;
export const conversationList = v.object({ ...wire.conversationList.entries, items: v.array(conversation) });
