/** Made by infra/contract from package shared/wire: change it there and run `make generate`. */

/** ActionName is what a browser asks over the socket. */
export const actionNames = ["ping","view","typing"] as const;
export type ActionName = (typeof actionNames)[number];

/** AssignableRole is a role that may be given to an operator: an account has one owner. */
export const assignableRoles = ["admin","editor","supervisor","operator","readonly"] as const;
export type AssignableRole = (typeof assignableRoles)[number];

/** AttachmentState says whether a file is in our bucket yet. */
export const attachmentStates = ["pending","ready","failed"] as const;
export type AttachmentState = (typeof attachmentStates)[number];

/** AuthorKind says who wrote a message or caused an Event. */
export const authorKinds = ["contact","operator","bot","system","external"] as const;
export type AuthorKind = (typeof authorKinds)[number];

/** Availability is set by the operator; automatic assignment reads it. An open socket does not matter. */
export const availabilities = ["available","away"] as const;
export type Availability = (typeof availabilities)[number];

/** Client is who signs in. */
export const clients = ["api"] as const;
export type Client = (typeof clients)[number];

/** ConversationStatus is the state of a conversation. One that still awaits consent is never shown. */
export const conversationStatuses = ["open","pending","snoozed","held","resolved"] as const;
export type ConversationStatus = (typeof conversationStatuses)[number];

/** Direction is in (from the contact) or out. */
export const directions = ["in","out"] as const;
export type Direction = (typeof directions)[number];

/** DistributionMode is who gets new conversations. */
export const distributionModes = ["groups","account","manager"] as const;
export type DistributionMode = (typeof distributionModes)[number];

/** Code is what a caller may act on. The set is closed: it is part of the HTTP contract. */
export const errorCodes = ["invalid","unauthenticated","forbidden","not_found","conflict","too_large","rate_limited","unavailable","internal"] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** EventType says what happened in a conversation. */
export const eventTypes = ["opened","reopened","assigned","unassigned","waiting","resolved","pending","taken_up","message_failed","moved","past_kept","merged","split","reassigned","opted_out","opted_in"] as const;
export type EventType = (typeof eventTypes)[number];

/** FileType is a type of message that carries a file. */
export const fileTypes = ["image","audio","video","document","sticker"] as const;
export type FileType = (typeof fileTypes)[number];

/** HealthState says whether a channel works. */
export const healthStates = ["unverified","waiting","ok","reauthorise","stopped","silent"] as const;
export type HealthState = (typeof healthStates)[number];

/** InvitationStatus says what became of an address that was to be invited. */
export const invitationStatuses = ["sent","member","pending","limited","invalid"] as const;
export type InvitationStatus = (typeof invitationStatuses)[number];

/** Language is a language of the interface or of a person. */
export const languages = ["es","pt","en"] as const;
export type Language = (typeof languages)[number];

/** MessageStatus is the delivery state of a message. Within an attempt it only moves forward by Rank, except for the queue's own changes (Requeue, Hold). */
export const messageStatuses = ["received","queued","held","sending","unknown","sent","delivered","read","failed"] as const;
export type MessageStatus = (typeof messageStatuses)[number];

/** MessageType is what a message is. */
export const messageTypes = ["text","image","audio","video","document","sticker","location","contacts","interactive","template","reaction","comment","question","system","unsupported"] as const;
export type MessageType = (typeof messageTypes)[number];

/** Order is how a list of conversations is sorted. */
export const orders = ["newest","oldest","waiting","due"] as const;
export type Order = (typeof orders)[number];

/** Outcome is the result for one operator who was considered. */
export const outcomes = ["chosen","inactive","cannot_reply","not_granted","away","at_capacity","passed","busier","served_later"] as const;
export type Outcome = (typeof outcomes)[number];

/** Permission is what a route requires. */
export const permissions = ["conversation.read","conversation.reply","conversation.assign","conversation.resolve","contact.read","contact.edit","contact.split","operator.read","operator.manage","store.read","store.manage","channel.read","channel.manage","settings.read","settings.manage","profile.edit","administration"] as const;
export type Permission = (typeof permissions)[number];

/** PictureState is the state of an uploaded picture. */
export const pictureStates = ["pending","refused"] as const;
export type PictureState = (typeof pictureStates)[number];

/** ReasonCode is why a decision was made as it was. */
export const reasonCodes = ["fixed_manager","fewest_open","longest_without","former_operator","by_hand","nobody_eligible","idle","one_month","contact_wrote","no_longer_serves"] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** ReceiptStatus is a status that a browser may report. */
export const receiptStatuses = ["delivered","read"] as const;
export type ReceiptStatus = (typeof receiptStatuses)[number];

/** ReferralSource is what the contact tapped before writing. */
export const referralSources = ["ad","post"] as const;
export type ReferralSource = (typeof referralSources)[number];

/** Role is a preset of permissions. */
export const roles = ["owner","admin","editor","supervisor","operator","readonly"] as const;
export type Role = (typeof roles)[number];

/** SendableType is a type of message that an operator may send, where the channel can. */
export const sendableTypes = ["text","image","audio","video","document","sticker","location","contacts","interactive","template"] as const;
export type SendableType = (typeof sendableTypes)[number];

/** StatusFilter is a status of conversations, or several of them. */
export const statusFilters = ["active","all","open","pending","snoozed","held","resolved"] as const;
export type StatusFilter = (typeof statusFilters)[number];

/** TemplateButtonType is what a button of a template does. */
export const templateButtonTypes = ["quick_reply","url","phone_number","copy_code","other"] as const;
export type TemplateButtonType = (typeof templateButtonTypes)[number];

/** TemplateCategory is what a provider charges and reviews a template as. */
export const templateCategories = ["marketing","utility","authentication"] as const;
export type TemplateCategory = (typeof templateCategories)[number];

/** TemplateFormat is what the header of a template is. */
export const templateFormats = ["text","image","video","document","location"] as const;
export type TemplateFormat = (typeof templateFormats)[number];

/** TemplateQuality is the provider's rating of a template by its recipients' reactions. */
export const templateQualities = ["green","yellow","red","unknown"] as const;
export type TemplateQuality = (typeof templateQualities)[number];

/** TemplateStatus says whether a template may be sent. */
export const templateStatuses = ["approved","pending","rejected","paused","disabled","in_appeal"] as const;
export type TemplateStatus = (typeof templateStatuses)[number];

/** UploadPurpose says what a file is for. */
export const uploadPurposes = ["picture"] as const;
export type UploadPurpose = (typeof uploadPurposes)[number];
