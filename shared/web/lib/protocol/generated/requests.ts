/** Made by infra/contract from package shared/wire: change it there and run `make generate`. */
import type * as e from "./enums.ts";

/** SignUp makes an account with its first store and its owner. */
export type SignUp = {
  accountName: string;
  name: string;
  email: string;
  password: string;
  /** Language defaults to es. */
  language?: e.Language;
  /** TimeZone is an IANA time zone name and defaults to UTC. */
  timeZone?: string;
  client?: e.Client;
};

/** SignIn begins a session. */
export type SignIn = {
  email: string;
  password: string;
  client?: e.Client;
};

/** Token is the token of a link that was mailed. It works once. */
export type Token = {
  token: string;
};

/** Forgot asks for a link to set a new password. The answer does not depend on whether the address is known. */
export type Forgot = {
  email: string;
};

/** Reset sets a new password with a link that was mailed, and ends all sessions. */
export type Reset = {
  token: string;
  password: string;
};

/** MeChange changes the caller's profile; fields that are left out stay as they are. */
export type MeChange = {
  name?: string;
  language?: e.Language;
  /** Picture is the id of an upload with the purpose picture; null removes the picture. */
  picture?: string | null;
  /** Version is the operator's version that was read; another one answers conflict with reason version_changed. */
  version: number;
};

/** AvailabilityChange says whether the caller takes new conversations. */
export type AvailabilityChange = {
  status: e.Availability;
};

/** PasswordChange sets a new password and ends the caller's other sessions. */
export type PasswordChange = {
  current: string;
  password: string;
};

/** NewOperator adds an operator. */
export type NewOperator = {
  name: string;
  email: string;
  role: e.AssignableRole;
  password: string;
  /** Capacity defaults to 20. */
  capacity?: number;
  /** StoreIDs default to the account's first store, for roles that see only their stores. */
  storeIds?: string[];
  /** Languages default to the account's. */
  languages?: e.Language[];
  /** Availability defaults to away. */
  availability?: e.Availability;
};

/** OperatorChange changes an operator; fields that are left out stay as they are. */
export type OperatorChange = {
  name?: string;
  role?: e.AssignableRole;
  capacity?: number;
  storeIds?: string[];
  languages?: e.Language[];
  active?: boolean;
  availability?: e.Availability;
  /** Version is the version that was read; another one answers conflict with reason version_changed. */
  version: number;
};

/** NewStore adds a store. */
export type NewStore = {
  name: string;
};

/** ChannelCredentials let the service call the provider for the channel. They are stored encrypted. */
export type ChannelCredentials = {
  /** AccessToken is the provider's access token, at most 4096 bytes. */
  accessToken: string;
};

/** NewChannel connects a channel. */
export type NewChannel = {
  type: e.ChannelType;
  name: string;
  /** StoreID defaults to the account's first store. */
  storeId?: string;
  /** ExternalID is the provider's id of the asset. An asset of another account answers conflict with reason claimed. */
  externalId?: string;
  displayPhone?: string;
  /** Settings are an object of at most 8 KB whose fields depend on the type of channel. */
  settings?: Record<string, unknown>;
  /** Credentials are needed for every channel of a provider, and refused for the own web chat. */
  credentials?: ChannelCredentials;
};

/** ChannelChange changes or reconnects a channel; fields that are left out stay as they are. */
export type ChannelChange = {
  name?: string;
  storeId?: string;
  displayPhone?: string;
  /** Settings replace the channel's settings: an object of at most 8 KB. */
  settings?: Record<string, unknown>;
  /** Credentials replace the channel's, and reset its health to unverified. */
  credentials?: ChannelCredentials;
  /** Version is the version that was read; another one answers conflict with reason version_changed. */
  version: number;
};

/** TemplateQuery selects templates. */
export type TemplateQuery = {
  status?: e.TemplateStatus;
  /** Q searches in names and texts. */
  q?: string;
  /** Limit is the number of items of a page. */
  limit?: number;
  /** Cursor is the nextCursor of the page before; without it the list begins. */
  cursor?: string;
};

/** ClosingChange sets when assigned conversations close on their own. */
export type ClosingChange = {
  /** IdleMinutes is a number of minutes, at most 90 days; null = never. */
  idleMinutes: number | null;
};

/** SettingsChange changes the settings; fields that are left out stay as they are. */
export type SettingsChange = {
  /** TimeZone is an IANA time zone name. */
  timeZone?: string;
  language?: e.Language;
  closing?: ClosingChange;
  /** Version is the version that was read; another one answers conflict with reason version_changed. */
  version: number;
};

/** DistributionChange sets how new conversations are assigned. */
export type DistributionChange = {
  mode: e.DistributionMode;
  /** ManagerID is an active operator; needed in mode manager, ignored in the others. */
  managerId?: string | null;
};

/** ConversationQuery selects and sorts conversations. */
export type ConversationQuery = {
  /** Status defaults to active, and to all in a search. */
  status?: e.StatusFilter;
  /** Assignee is me, none for the pool, or the id of an operator. */
  assignee?: string;
  channelId?: string;
  storeId?: string;
  /** Q searches by the contact's name, phone or address. */
  q?: string;
  /** Sort defaults to newest, and to waiting for the pool. */
  sort?: e.Order;
  /** Limit is the number of items of a page. */
  limit?: number;
  /** Cursor is the nextCursor of the page before; without it the list begins. */
  cursor?: string;
};

/** Page selects a page of a list. */
export type Page = {
  /** Limit is the number of items of a page. */
  limit?: number;
  /** Cursor is the nextCursor of the page before; without it the list begins. */
  cursor?: string;
};

/** AttachmentQuery says how a file is wanted. */
export type AttachmentQuery = {
  /** Download makes browsers save the file even if they could show it. */
  download?: boolean;
};

/** NewLocation is a place to send. Both coordinates are needed. */
export type NewLocation = {
  /** Latitude is in degrees. */
  latitude: number;
  /** Longitude is in degrees. */
  longitude: number;
  name?: string;
  address?: string;
};

/** NewCard is a contact card to send. */
export type NewCard = {
  name: string;
  company?: string;
  phones?: string[];
  emails?: string[];
};

/** Button is one button of a message. */
export type Button = {
  /** ID comes back when the contact taps the button. */
  id: string;
  title: string;
};

/** NewRow is one choice of a list to send. */
export type NewRow = {
  id: string;
  title: string;
  description?: string;
};

/** NewSection is a part of a list to send. */
export type NewSection = {
  title?: string;
  rows: NewRow[];
};

/** NewInteractive is what a message is to offer to tap: buttons, or a list that one button opens. */
export type NewInteractive = {
  footer?: string;
  buttons?: Button[];
  /** Button is the title of the button that opens the list. */
  button?: string;
  sections?: NewSection[];
};

/** TemplateParameters are the values of a template's placeholders, each at most 1024 bytes. */
export type TemplateParameters = {
  /** Header are the values of the header, in order; for a location latitude, longitude, name and address. */
  header?: string[];
  /** Body are the values of the body, in order. */
  body?: string[];
  /** Buttons are the values of buttons, by the button's index from 0. */
  buttons?: Record<string, string>;
};

/** NewTemplateRef names the template to send, with the values of its placeholders. */
export type NewTemplateRef = {
  name: string;
  /** Language is the template's, as the provider writes it: es, es_AR. */
  language: string;
  parameters?: TemplateParameters;
};

/** NewMessage sends a message: with the fields of its type and no others. How long each may be is said by the capabilities. */
export type NewMessage = {
  /** ClientID is an id that the client chose. The same one again answers the same message; with another content, conflict. */
  clientId: string;
  type: e.SendableType;
  text?: string;
  /** Attachments are ids of uploads. */
  attachments?: string[];
  /** ReplyTo is the id of a message of the same conversation that is quoted. */
  replyTo?: string | null;
  location?: NewLocation;
  cards?: NewCard[];
  interactive?: NewInteractive;
  template?: NewTemplateRef;
};

/** NewUpload announces a file. */
export type NewUpload = {
  name: string;
  mime: string;
  /** Size is in bytes. */
  size: number;
  /** ConversationID is the conversation that may carry the file; without it, any of the account. */
  conversationId?: string;
  /** Purpose is left out for files of messages. */
  purpose?: e.UploadPurpose;
};

/** Assignment assigns a conversation. */
export type Assignment = {
  /** OperatorID is who gets it; null = back to the pool. */
  operatorId: string | null;
  /** Version is the version that the caller saw; without it the assignment is made whatever changed. */
  version?: number;
};

/** ReadMark says how far the caller has read. */
export type ReadMark = {
  /** ReadUpTo is the id of a message; without it, or with a later one than the last, up to the last message. */
  readUpTo?: string;
};

/** ContactQuery searches contacts. */
export type ContactQuery = {
  /** Q searches by name, phone or address. */
  q?: string;
  /** Limit is the number of items of a page. */
  limit?: number;
  /** Cursor is the nextCursor of the page before; without it the list begins. */
  cursor?: string;
};

/** ContactChange changes a contact; fields that are left out stay as they are. */
export type ContactChange = {
  /** Name defaults to first and last name when one of those is given. */
  name?: string;
  firstName?: string;
  lastName?: string;
  /** Email is removed by null or an empty text. */
  email?: string | null;
  /** Phone has 6 to 15 digits and is removed by null or an empty text. */
  phone?: string | null;
  /** Version is the version that was read; another one answers conflict with reason version_changed. */
  version: number;
};

/** VisitorFrameQuery names the site of the chat's document. */
export type VisitorFrameQuery = {
  /** Site is the site's code. */
  site: string;
};

/** NewVisitorSession begins or resumes a visitor's session. */
export type NewVisitorSession = {
  /** Site is the site's code. */
  site: string;
  /** Origin is of the page that shows the chat: scheme, host and port. It must be one of the site's. */
  origin: string;
  /** Token is of an earlier session; one that is unknown, expired or of another page begins a new visitor. */
  token?: string;
};

/** VisitorMessagesQuery selects a page of a visitor's messages, the newest page first. */
export type VisitorMessagesQuery = {
  /** Limit is the number of items of a page. */
  limit?: number;
  /** Cursor is the nextCursor of the page before; without it the list begins. */
  cursor?: string;
};

/** SitePage is a page of a site on which a visitor wrote. */
export type SitePage = {
  url: string;
  title: string;
};

/** NewVisitorMessage is what a visitor writes. */
export type NewVisitorMessage = {
  /** ClientID is an id that the browser chose. The same one again is the same message. */
  clientId: string;
  type: e.MessageType;
  text?: string;
  /** Attachments are ids of uploads: one for a file, none for any other message. */
  attachments?: string[];
  /** ReplyTo is the id of the message that is quoted. */
  replyTo?: string | null;
  /** Page is where the visitor writes; one of another origin than the session's is ignored. */
  page?: SitePage | null;
};

/** VisitorReceipts say that a browser has, or shows, messages to the visitor. */
export type VisitorReceipts = {
  status: e.ReceiptStatus;
  conversationId: string;
  messageIds: string[];
};

/** NewVisitorUpload announces a file. */
export type NewVisitorUpload = {
  name: string;
  mime: string;
  /** Size is in bytes. */
  size: number;
};

/** VisitorFileQuery names a file of a visitor's message. */
export type VisitorFileQuery = {
  conversation: string;
  message: string;
  attachment: string;
  /** Download makes browsers save the file even if they could show it. */
  download?: boolean;
};

/** PingAction asks whether the socket is alive; the answer is a pong. */
export type PingAction = {
  action: "ping";
};

/** ViewAction says which conversation the operator looks at. */
export type ViewAction = {
  action: "view";
  /** ConversationID is null when the operator looks at none. */
  conversationId: string | null;
};

/** TypingAction says that the operator types in the conversation they look at, or stopped. */
export type TypingAction = {
  action: "typing";
  conversationId: string;
  on: boolean;
};

/** VisitorTypingAction says that the visitor types, or stopped. */
export type VisitorTypingAction = {
  action: "typing";
  on: boolean;
};

/** What the browser of an operator sends over its socket. */
export type Action = PingAction | ViewAction | TypingAction;

/** What the browser of a visitor sends over its socket. */
export type VisitorAction = PingAction | VisitorTypingAction;
