/** Made by infra/contract from package shared/wire: change it there and run `make generate`. */
import type * as e from "./enums.ts";

/** MeChange changes the caller's profile; fields that are left out stay as they are. */
export type MeChange = {
  /** Name is what the others read. */
  name?: string;
  /** Language is that of the caller's interface. */
  language?: e.Language;
  /** Picture is the id of an upload with the purpose picture, which is shown when it has been made small; null removes the picture. */
  picture?: string | null;
  /** Version is the operator's version that was read; another one answers conflict with reason version_changed. */
  version: number;
};

/** AvailabilityChange says whether the caller takes new conversations. */
export type AvailabilityChange = {
  /** Status is the new availability. */
  status: e.Availability;
};

/** Rest continues a list that is answered as a whole unless it is too long for one answer. */
export type Rest = {
  /** Cursor is the nextCursor of the answer before; without it the list begins. */
  cursor?: string;
};

/** TemplateQuery selects templates. */
export type TemplateQuery = {
  /** Status selects the templates of one status. */
  status?: e.TemplateStatus;
  /** Q searches in names and texts. */
  q?: string;
  /** Limit is the number of items of a page. */
  limit?: number;
  /** Cursor is the nextCursor of the page before; without it the list begins. */
  cursor?: string;
};

/** ConversationQuery selects and sorts conversations. */
export type ConversationQuery = {
  /** Status defaults to active, and to all in a search. */
  status?: e.StatusFilter;
  /** Assignee is me, none for the pool, or the id of an operator. */
  assignee?: string;
  /** ChannelID selects the conversations of one channel. */
  channelId?: string;
  /** StoreID selects the conversations of one store. */
  storeId?: string;
  /** Q searches by the contact's name, phone or address. */
  q?: string;
  /** Sort defaults to newest, and to waiting for the pool. */
  sort?: e.Order;
  /** IDs names at most 50 conversations, separated by commas. They are answered whatever the other parameters say; those that the caller does not see are left out. */
  ids?: string;
  /** Limit is the number of items of a page. */
  limit?: number;
  /** Cursor is the nextCursor of the page before; without it the list begins. */
  cursor?: string;
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
  /** Name is the place's name. */
  name?: string;
  /** Address is the place's address. */
  address?: string;
};

/** NewCard is a contact card to send. */
export type NewCard = {
  /** Name is the person's name. */
  name: string;
  /** Company is the person's company. */
  company?: string;
  /** Phones are phone numbers. */
  phones?: string[];
  /** Emails are email addresses. */
  emails?: string[];
};

/** Button is one button of a message. */
export type Button = {
  /** ID comes back when the contact taps the button. */
  id: string;
  /** Title is what the contact reads. */
  title: string;
};

/** NewRow is one choice of a list to send. */
export type NewRow = {
  /** ID comes back when the contact taps the row. */
  id: string;
  /** Title is what the contact reads. */
  title: string;
  /** Description is what the contact reads below the title. */
  description?: string;
};

/** NewSection is a part of a list to send. */
export type NewSection = {
  /** Title is the heading of the section. */
  title?: string;
  /** Rows are the choices of the section. */
  rows: NewRow[];
};

/** NewInteractive is what a message is to offer to tap: buttons, or a list that one button opens. */
export type NewInteractive = {
  /** Footer is a small text below. */
  footer?: string;
  /** Buttons are left out for a list. */
  buttons?: Button[];
  /** Button is the title of the button that opens the list. */
  button?: string;
  /** Sections are the parts of the list. */
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
  /** Name is the template's name. */
  name: string;
  /** Language is the template's, as the provider writes it: es, es_AR. */
  language: string;
  /** Parameters are the values of the template's placeholders. */
  parameters?: TemplateParameters;
};

/** NewMessage sends a message: with the fields of its type and no others. How long each may be is said by the capabilities. */
export type NewMessage = {
  /** ClientID is an id that the client chose. The same one again answers the same message; with another content, conflict. */
  clientId: string;
  /** Type says which fields hold the content. */
  type: e.SendableType;
  /** Text is the text, or the caption of a file. */
  text?: string;
  /** Attachments are ids of uploads. */
  attachments?: string[];
  /** ReplyTo is the id of a message of the same conversation that is quoted. */
  replyTo?: string | null;
  /** Location is the place of a message of type location. */
  location?: NewLocation;
  /** Cards are the contact cards of a message of type contacts. */
  cards?: NewCard[];
  /** Interactive is what a message of type interactive offers to tap. */
  interactive?: NewInteractive;
  /** Template is the template of a message of type template. */
  template?: NewTemplateRef;
};

/** NewUpload announces a file. */
export type NewUpload = {
  /** Name is the file name. */
  name: string;
  /** Mime is the media type that the bytes will have. */
  mime: string;
  /** Size is in bytes. */
  size: number;
  /** ConversationID is the conversation that may carry the file; without it, any of the account. */
  conversationId?: string;
  /** Purpose is left out for files of messages. */
  purpose?: e.UploadPurpose;
};

/** ContactQuery lists and searches contacts. */
export type ContactQuery = {
  /** Q searches by name, phone or address. Without it, all contacts are listed; the last that was seen for the first time comes first. */
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
  /** FirstName is removed by an empty text. */
  firstName?: string;
  /** LastName is removed by an empty text. */
  lastName?: string;
  /** Email is removed by null or an empty text. */
  email?: string | null;
  /** Phone has 6 to 15 digits and is removed by null or an empty text. */
  phone?: string | null;
  /** Version is the version that was read; another one answers conflict with reason version_changed. */
  version: number;
};

/** ContactSplit undoes a merge. */
export type ContactSplit = {
  /** MergeID is the id of one of the contact's merges. */
  mergeId: string;
};

/** SignUp makes an account with its first store and its owner. */
export type SignUp = {
  /** AccountName is the name of the business, and of its first store. */
  accountName: string;
  /** Name is the owner's name. */
  name: string;
  /** Email is the address that the owner signs in with. A known one answers conflict with reason exists. */
  email: string;
  /** Password has at most 256 bytes. */
  password: string;
  /** Language defaults to es. */
  language?: e.Language;
  /** TimeZone is an IANA time zone name and defaults to UTC. */
  timeZone?: string;
  /** Client is left out by browsers. */
  client?: e.Client;
};

/** SignIn begins a session. */
export type SignIn = {
  /** Email is the address that the operator signs in with. */
  email: string;
  /** Password is the operator's password. */
  password: string;
  /** Client is left out by browsers. */
  client?: e.Client;
};

/** Token is the token of a link that was mailed. It works once. */
export type Token = {
  /** Token is the token of the link. */
  token: string;
};

/** Forgot asks for a link to set a new password. The answer does not depend on whether the address is known. */
export type Forgot = {
  /** Email is the address that the operator signs in with. */
  email: string;
};

/** Reset sets a new password with a link that was mailed, and ends all sessions. */
export type Reset = {
  /** Token is the token of the link. */
  token: string;
  /** Password is the new one, at most 256 bytes. */
  password: string;
};

/** InvitationAcceptance accepts an invitation, once, and begins a session. It fails as the link's offer does. */
export type InvitationAcceptance = {
  /** Token is the token of the link. */
  token: string;
  /** Name is what the others read. */
  name: string;
  /** Password has at most 256 bytes. */
  password: string;
  /** Language is that of the operator's interface; it defaults to the account's. */
  language?: e.Language;
  /** Client is left out by browsers. */
  client?: e.Client;
};

/** PasswordChange sets a new password and ends the caller's other sessions. */
export type PasswordChange = {
  /** Current is the password that is valid now. */
  current: string;
  /** Password is the new one, at most 256 bytes. */
  password: string;
};

/** NewInvitations invites people to become operators. The answer has one result for each address, in their order, without repetitions. */
export type NewInvitations = {
  /** Emails are the addresses, whatever their case. */
  emails: string[];
  /** Role is the role that each of them is to have. */
  role: e.AssignableRole;
  /** StoreIDs default to the account's first store, for roles that see only their stores, and to every store for the others. */
  storeIds?: string[];
  /** Languages are those that they are to answer in; they default to the account's. */
  languages?: e.Language[];
};

/** NewOperator adds an operator. */
export type NewOperator = {
  /** Name is what the others read. */
  name: string;
  /** Email is the address that the operator signs in with. A known one answers conflict with reason exists. */
  email: string;
  /** Role is the operator's role. */
  role: e.AssignableRole;
  /** Password is the operator's first password, at most 256 bytes. */
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
  /** Name is what the others read. */
  name?: string;
  /** Role is the new role. The owner's stays owner, and nobody else can become owner. */
  role?: e.Role;
  /** Capacity is how many conversations the operator is given at once. */
  capacity?: number;
  /** StoreIDs are the stores granted; an empty list grants every store to roles that see the whole account, and the first store to the others. The owner has every store: naming some answers conflict. A caller who is limited to stores names these alone; the others stay. */
  storeIds?: string[];
  /** Languages are those that the operator answers in. */
  languages?: e.Language[];
  /** Active says whether the operator may sign in; false ends the operator's sessions. */
  active?: boolean;
  /** Availability says whether the operator takes new conversations. */
  availability?: e.Availability;
  /** Version is the version that was read; another one answers conflict with reason version_changed. */
  version: number;
};

/** NewStore adds a store. */
export type NewStore = {
  /** Name is the name of the shop or brand. */
  name: string;
};

/** ChannelCredentials let the service call the provider for the channel. They are stored encrypted. */
export type ChannelCredentials = {
  /** AccessToken is the provider's access token: at most 4096 visible ASCII characters. */
  accessToken: string;
};

/** NewChannel connects a channel. */
export type NewChannel = {
  /** Type is a type that the capabilities list. */
  type: string;
  /** Name is what operators call the channel. */
  name: string;
  /** StoreID defaults to the account's first store. */
  storeId?: string;
  /** ExternalID is the provider's id of the asset, which the credentials must open. An asset of another verified channel answers conflict with reason claimed. Left out where the provider tells it. */
  externalId?: string;
  /** DisplayPhone is the phone number as people read it. */
  displayPhone?: string;
  /** Settings are an object of at most 8 KB whose fields depend on the type of channel. */
  settings?: Record<string, unknown>;
  /** Credentials are needed for every channel of a provider, and refused for the own web chat. */
  credentials?: ChannelCredentials;
};

/** ChannelChange changes or reconnects a channel; fields that are left out stay as they are. */
export type ChannelChange = {
  /** Name is what operators call the channel. */
  name?: string;
  /** StoreID is a store that the caller sees. */
  storeId?: string;
  /** DisplayPhone is the phone number as people read it. */
  displayPhone?: string;
  /** Settings replace the channel's settings: an object of at most 8 KB. */
  settings?: Record<string, unknown>;
  /** ExternalID corrects the provider's id of the asset, as long as the channel has no messages. It needs credentials. */
  externalId?: string;
  /** Credentials replace the channel's, once the provider confirmed that they open the asset. */
  credentials?: ChannelCredentials;
  /** Version is the version that was read; another one answers conflict with reason version_changed. */
  version: number;
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
  /** Language is the account's default language. */
  language?: e.Language;
  /** Closing says when conversations close on their own. */
  closing?: ClosingChange;
  /** Version is the version that was read; another one answers conflict with reason version_changed. */
  version: number;
};

/** DistributionChange sets how new conversations are assigned. */
export type DistributionChange = {
  /** Mode is how an operator is to be chosen. */
  mode: e.DistributionMode;
  /** ManagerID is an active operator; needed in mode manager, ignored in the others. */
  managerId?: string | null;
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
  /** Origin is of the page that shows the chat: scheme, host and port. It must be one of the site's, or the console's for a preview. */
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
  /** URL is the page's address, on the origin of the visitor's session. */
  url: string;
  /** Title is the page's title; may be empty. */
  title: string;
};

/** NewVisitorMessage is what a visitor writes. */
export type NewVisitorMessage = {
  /** ClientID is an id that the browser chose. The same one again is the same message. */
  clientId: string;
  /** Type is text, interactive or a type of file. */
  type: e.MessageType;
  /** Text is the text, or the caption of a file. */
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
  /** Status is what happened to the messages. */
  status: e.ReceiptStatus;
  /** ConversationID is the conversation of the messages. */
  conversationId: string;
  /** MessageIDs are messages to the visitor; unknown ones are ignored. */
  messageIds: string[];
};

/** NewVisitorUpload announces a file. */
export type NewVisitorUpload = {
  /** Name is the file name. */
  name: string;
  /** Mime is the media type that the bytes will have. */
  mime: string;
  /** Size is in bytes. */
  size: number;
};

/** VisitorFileQuery names a file of a visitor's message. */
export type VisitorFileQuery = {
  /** Conversation is the id of the message's conversation. */
  conversation: string;
  /** Message is the id of the file's message. */
  message: string;
  /** Attachment is the file's id. */
  attachment: string;
  /** Download makes browsers save the file even if they could show it. */
  download?: boolean;
};

/** PingAction asks whether the socket is alive; the answer is a pong. */
export type PingAction = {
  action: "ping";
};

/** ViewAction says what the operator looks at. A browser is told of changes in the lists from its first view on, while it is not hidden; the answer is a watching. */
export type ViewAction = {
  action: "view";
  /** ConversationID is null when the operator looks at none. */
  conversationId: string | null;
  /** Hidden says that nobody looks at the browser. It is then told of the operator's own conversations only, and fetches what it shows when it is looked at again. */
  hidden?: boolean;
  /** Own says that the list that is shown is that of the operator's own conversations. The browser is then told of others only when their status or assignee changes; the answer to a view that shows others again is a watching. */
  own?: boolean;
};

/** TypingAction says that the operator types in the conversation they look at, or stopped. */
export type TypingAction = {
  action: "typing";
  /** ConversationID is the conversation that the operator looks at. */
  conversationId: string;
  /** On is false when the operator stopped. */
  on: boolean;
};

/** VisitorTypingAction says that the visitor types, or stopped. */
export type VisitorTypingAction = {
  action: "typing";
  /** On is false when the visitor stopped. */
  on: boolean;
};

/** What the browser of an operator sends over its socket. */
export type Action = PingAction | ViewAction | TypingAction;

/** What the browser of a visitor sends over its socket. */
export type VisitorAction = PingAction | VisitorTypingAction;
