// Package telegram is the channel adapter for Telegram bots (the Bot API).
//
// A channel is one bot, connected by the token that @BotFather gives: the number before the token's colon is the bot's id, which is the
// channel's external id. The webhook's address carries that id, because updates do not name the bot, and each of its requests carries a
// secret that is derived from the id and a key of the deployment: no table is read to verify one. Only private chats with people are
// taken; groups and channels are ignored.
//
// Ids: a message's id is unique within its chat alone, so the provider id is "<chat>.<message>". In a private chat the chat's id is the
// person's.
//
// What Telegram does not have: a window for replies, receipts for delivered or read messages, reports of deletions in private chats,
// and idempotency keys. When a request may have reached Telegram without an answer reaching us, the outcome is uncertain.
//
// Limits: texts of 4096 characters and captions of 1024 (sendMessage, sendPhoto); files sent up to 50 MB, photos up to 10 MB (Sending
// files); files received up to 20 MB (getFile); about 30 messages a second in all and one a second to a chat (Bots FAQ). Updates that
// are not accepted are kept for 24 hours (Getting updates).
//
// Provider's documentation: https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq. Error descriptions are those of
// the public server, https://github.com/tdlib/telegram-bot-api.
//
// It imports chat, channel, fault and outbound.
package telegram
