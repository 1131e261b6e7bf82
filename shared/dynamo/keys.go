package dynamo

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// key is an item's place in its table.
type key struct{ pk, sk string }

// join builds a key from a prefix and parts. Parts are escaped, so that whatever an outside id holds, it cannot reach into
// another part. An empty part makes an empty key, which no item has.
func join(prefix string, parts ...string) string {
	var b strings.Builder
	b.WriteString(prefix)
	for _, part := range parts {
		if part == "" {
			return ""
		}
		b.WriteByte('#')
		b.WriteString(escape(part))
	}
	return b.String()
}

// split takes apart what join built.
func split(s, prefix string, n int) ([]string, error) {
	parts := strings.Split(s, "#")
	if len(parts) != n+1 || parts[0] != prefix {
		return nil, fmt.Errorf("key %q is not %s with %d parts", s, prefix, n)
	}
	for i, part := range parts[1:] {
		plain, err := unescape(part)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", s, err)
		}
		parts[i+1] = plain
	}
	return parts[1:], nil
}

// longestPart keeps a key far below what DynamoDB allows; a longer part is replaced by its hash.
const longestPart = 256

const hexDigits = "0123456789ABCDEF"

// escape keeps printable ASCII but for the three characters with a meaning in keys: # separates, % escapes, ~ marks a hash.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c > ' ' && c < 0x7f && c != '#' && c != '%' && c != '~' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	if b.Len() > longestPart {
		sum := sha256.Sum256([]byte(s))
		return "~" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return b.String()
}

// unescape undoes escape. A hash cannot be undone: items whose outside id may be long carry it as an attribute too.
func unescape(s string) (string, error) {
	if strings.HasPrefix(s, "~") || !strings.Contains(s, "%") {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("cut escape in %q", s)
		}
		c, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("escape in %q: %w", s, err)
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), nil
}

// sortable is a time as text of fixed width, so that it sorts.
func sortable(t time.Time) string { return fmt.Sprintf("%013d", max(t.UnixMilli(), 0)) }

// shardOf spreads ids over n partitions.
func shardOf(id string, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash never fails
	return int(h.Sum32() % uint32(max(n, 1)))
}

// Desk: a conversation's partition holds the conversation, its messages, its Events and the timers of its messages.

const (
	messagePrefix = "M#"
	eventPrefix   = "E#"
)

func conversationKey(account chat.AccountID, id chat.ConversationID) key {
	return key{join("V", string(account), string(id)), "C"}
}

func parseConversationKey(pk string) (chat.AccountID, chat.ConversationID, error) {
	parts, err := split(pk, "V", 2)
	if err != nil {
		return "", "", err
	}
	return chat.AccountID(parts[0]), chat.ConversationID(parts[1]), nil
}

func messageKey(account chat.AccountID, conv chat.ConversationID, id chat.MessageID) key {
	return key{conversationKey(account, conv).pk, join("M", string(id))}
}

func eventKey(account chat.AccountID, conv chat.ConversationID, id chat.EventID) key {
	return key{conversationKey(account, conv).pk, join("E", string(id))}
}

func timerPrefix(kind chat.TimerKind) string { return join("T", string(kind)) + "#" }

// timerKey puts a timer beside what it waits for: a message's in the conversation, a mail's and a job's with them.
func timerKey(t chat.Timer) key {
	switch t.Kind {
	case chat.TimerMail:
		return key{mailKey(t.AccountID, t.Subject).pk, "T"}
	case chat.TimerJob:
		return key{jobKey(t.AccountID, t.Subject).pk, "T"}
	case chat.TimerSend, chat.TimerMedia:
	}
	return key{conversationKey(t.AccountID, t.ConversationID).pk, join("T", string(t.Kind), string(t.MessageID))}
}

// parseTimerKey tells what a timer waits for from its place.
func parseTimerKey(k key) (t chat.Timer, err error) {
	var parts []string
	switch {
	case strings.HasPrefix(k.pk, "E#"):
		t.Kind = chat.TimerMail
		parts, err = split(k.pk, "E", 2)
	case strings.HasPrefix(k.pk, "J#"):
		t.Kind = chat.TimerJob
		parts, err = split(k.pk, "J", 2)
	default:
		if t.AccountID, t.ConversationID, err = parseConversationKey(k.pk); err != nil {
			return t, err
		}
		if parts, err = split(k.sk, "T", 2); err != nil {
			return t, err
		}
		t.Kind, t.MessageID = chat.TimerKind(parts[0]), chat.MessageID(parts[1])
		return t, nil
	}
	if err != nil {
		return t, err
	}
	t.AccountID, t.Subject = chat.AccountID(parts[0]), parts[1]
	return t, nil
}

// Index inbox: an account's conversations of one status, by last activity. Resolved ones are parted by the month of their
// resolution.

func inboxPartition(account chat.AccountID, status chat.Status, shard int) string {
	return join("I", string(account), string(status), strconv.Itoa(shard))
}

func resolvedPartition(account chat.AccountID, month string) string {
	return join("I", string(account), string(chat.Resolved), month)
}

// monthOf names the month of a time.
func monthOf(t time.Time) string { return t.UTC().Format(monthLayout) }

const monthLayout = "2006-01"

// inboxKey sorts a conversation among its like. A resolved one never sorts after its resolution, so that no month holds
// anything newer than its own end.
func inboxKey(c chat.Conversation) key {
	if c.Status != chat.Resolved {
		return key{inboxPartition(c.AccountID, c.Status, shardOf(string(c.ID), c.InboxShards)), activitySort(c.LastActivityAt, c.ID)}
	}
	at := c.LastActivityAt
	if c.ResolvedAt.Before(at) {
		at = c.ResolvedAt
	}
	return key{resolvedPartition(c.AccountID, monthOf(c.ResolvedAt)), activitySort(at, c.ID)}
}

func activitySort(at time.Time, id chat.ConversationID) string {
	return sortable(at) + "#" + escape(string(id))
}

// Index waiting: the conversations without an operator of one store, the longest in the pool first.

func waitingPartition(account chat.AccountID, store chat.StoreID) string {
	return join("W", string(account), string(store))
}

func waitingKey(c chat.Conversation) key {
	return key{waitingPartition(c.AccountID, c.StoreID), activitySort(c.PoolSince, c.ID)}
}

// heldPartition holds, in the same index, the timers of the messages that wait for one channel, the oldest message first.
func heldPartition(account chat.AccountID, channel chat.ChannelID) string {
	return join("H", string(account), string(channel))
}

func heldSort(t chat.Timer) string {
	return escape(string(t.MessageID)) + "#" + escape(string(t.ConversationID))
}

// Index due: everything that waits for its time, spread by the id of what waits; it sorts by the number dueAt.

func duePartition(shard int) string { return fmt.Sprintf("D#%02d", shard) }

func dueShard(id string) string { return duePartition(shardOf(id, DueShards)) }

// Edges lead from a partition's owner, a contact or an operator, to conversations.

const edgePrefix = "C#"

// edgeKey is the edge to a conversation in the partition given.
func edgeKey(pk string, id chat.ConversationID) key { return key{pk, join("C", string(id))} }

// Contacts: the contact, its conversations and its revisions.

func contactKey(account chat.AccountID, id chat.ContactID) key {
	return key{join("P", string(account), string(id)), "P"}
}

func parseContactKey(pk string) (chat.AccountID, chat.ContactID, error) {
	parts, err := split(pk, "P", 2)
	if err != nil {
		return "", "", err
	}
	return chat.AccountID(parts[0]), chat.ContactID(parts[1]), nil
}

func contactConversationKey(account chat.AccountID, contact chat.ContactID, id chat.ConversationID) key {
	return edgeKey(contactKey(account, contact).pk, id)
}

func revisionKey(account chat.AccountID, contact chat.ContactID, version int64) key {
	return key{contactKey(account, contact).pk, fmt.Sprintf("R#%010d", version)}
}

// searchKey places a token by its field and first two characters, so that no account's names share one partition.
func searchKey(account chat.AccountID, t token, contact chat.ContactID) key {
	return key{searchPartition(account, t), searchPrefix(t) + "#" + escape(string(contact))}
}

// searchPrefix begins the sort keys of the tokens that begin with t.
func searchPrefix(t token) string { return escape(t.text) }

// parseSearchKey reads which contact a token leads to.
func parseSearchKey(sk string) (chat.ContactID, error) {
	_, contact, _ := strings.Cut(sk, "#")
	id, err := unescape(contact)
	return chat.ContactID(id), err
}

func searchPartition(account chat.AccountID, t token) string {
	first := []rune(t.text)
	return join("S", string(account), string(t.field), string(first[:min(len(first), 2)]))
}

func identityKey(account chat.AccountID, channel chat.ChannelID, address string) key {
	return key{join("U", string(account), string(channel), address), "U"}
}

func parseIdentityKey(pk string) (chat.AccountID, chat.ChannelID, error) {
	parts, err := split(pk, "U", 3)
	if err != nil {
		return "", "", err
	}
	return chat.AccountID(parts[0]), chat.ChannelID(parts[1]), nil
}

func receiptKey(account chat.AccountID, scope, id string) key {
	return key{join("R", string(account), scope, id), "R"}
}

// People: an operator's open conversations, how far they have read, and what the operators of an account carry.

func operatorConversationKey(account chat.AccountID, operator chat.OperatorID, id chat.ConversationID) key {
	return edgeKey(join("O", string(account), string(operator)), id)
}

func readKey(account chat.AccountID, operator chat.OperatorID, id chat.ConversationID) key {
	return key{join("O", string(account), string(operator)), join("R", string(id))}
}

func loadKey(account chat.AccountID, operator chat.OperatorID) key {
	return key{join("L", string(account)), join("L", string(operator))}
}

func mailKey(account chat.AccountID, id string) key { return key{join("E", string(account), id), "E"} }

func jobKey(account chat.AccountID, id string) key { return key{join("J", string(account), id), "J"} }

func activityKey(account chat.AccountID, at time.Time, requestID string) key {
	return key{join("A", string(account), monthOf(at)), join(sortable(at), requestID)}
}

// Directory: an account's partition holds the account and what it set up; claims make addresses unique over all accounts.

const (
	storePrefix    = "S#"
	channelPrefix  = "C#"
	operatorPrefix = "O#"
)

func accountKey(id chat.AccountID) key { return key{join("A", string(id)), "A"} }

func storeKey(account chat.AccountID, id chat.StoreID) key {
	return key{accountKey(account).pk, join("S", string(id))}
}

func channelKey(account chat.AccountID, id chat.ChannelID) key {
	return key{accountKey(account).pk, join("C", string(id))}
}

// templateKey sorts a channel's templates by name and language.
func templateKey(account chat.AccountID, channel chat.ChannelID, name, language string) key {
	return key{accountKey(account).pk, join("T", string(channel), name, language)}
}

// templatePrefix begins the sort keys of a channel's templates; it is empty without a channel, as every key without an id is.
func templatePrefix(channel chat.ChannelID) string {
	prefix := join("T", string(channel))
	if prefix == "" {
		return ""
	}
	return prefix + "#"
}

func operatorKey(account chat.AccountID, id chat.OperatorID) key {
	return key{accountKey(account).pk, join("O", string(id))}
}

func emailKey(email string) key { return key{join("E", strings.ToLower(email)), "E"} }

func assetKey(channel chat.ChannelType, externalID string) key {
	return key{join("X", string(channel), externalID), "X"}
}

const businessPrefix = "C#"

// businessKey puts the channels of a provider's business account together, in whatever accounts of ours they are.
func businessKey(channel chat.ChannelType, business string, account chat.AccountID, id chat.ChannelID) key {
	return key{join("B", string(channel), business), join("C", string(account), string(id))}
}

// Live: what is found by a secret is keyed by its hash; an account's sockets, a visitor's sockets and a person's sessions
// have a partition each.

func sessionKey(hash string) key { return key{join("S", hash), "S"} }

func operatorSessionKey(account chat.AccountID, operator chat.OperatorID, hash string) key {
	return key{join("O", string(account), string(operator)), join("S", hash)}
}

const (
	sessionPrefix    = "S#"
	connectionPrefix = "C#"
)

func ticketKey(hash string) key { return key{join("T", hash), "T"} }

func tokenKey(kind, hash string) key { return key{join("K", kind, hash), "K"} }

func connectionKey(id string) key { return key{join("C", id), "C"} }

func accountConnectionKey(account chat.AccountID, id string) key {
	return key{join("A", string(account)), join("C", id)}
}

func visitorConnectionKey(account chat.AccountID, visitor chat.VisitorID, id string) key {
	return key{join("V", string(account), string(visitor)), join("C", id)}
}

func answerKey(id string) key { return key{join("N", id), "N"} }

func hitKey(id string, window time.Time) key { return key{join("H", id), join("H", sortable(window))} }
