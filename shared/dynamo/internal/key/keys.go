// Package key builds every key of every table, and takes keys apart.
//
// A key is a letter for its kind and parts, separated by #. Parts are escaped, so that an outside id cannot reach into another
// part; a part that is missing makes an empty key, which no item has. Stored data outlives the code: keys do not change, and
// ../../testdata/keys.golden proves it. The package may import chat and table.
package key

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Sortable is a time as text of fixed width, which sorts by time.
func Sortable(t time.Time) string { return fmt.Sprintf("%013d", max(t.UnixMilli(), 0)) }

// shardOf spreads ids over n partitions.
func shardOf(id string, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash never returns an error
	return int(h.Sum32() % uint32(max(n, 1)))
}

// Desk: the partition of a conversation holds it, its messages, its Events and the timers of its messages.

const (
	MessagePrefix = "M#"
	EventPrefix   = "E#"
)

func Conversation(account chat.AccountID, id chat.ConversationID) table.Key {
	return table.Key{PK: join("V", string(account), string(id)), SK: "C"}
}

func ParseConversation(pk string) (chat.AccountID, chat.ConversationID, error) {
	parts, err := Split(pk, "V", 2)
	if err != nil {
		return "", "", err
	}
	return chat.AccountID(parts[0]), chat.ConversationID(parts[1]), nil
}

func Message(account chat.AccountID, conv chat.ConversationID, id chat.MessageID) table.Key {
	return table.Key{PK: Conversation(account, conv).PK, SK: join("M", string(id))}
}

func Event(account chat.AccountID, conv chat.ConversationID, id chat.EventID) table.Key {
	return table.Key{PK: Conversation(account, conv).PK, SK: join("E", string(id))}
}

func TimerPrefix(kind chat.TimerKind) string { return join("T", string(kind)) + "#" }

// Timer is the key of a timer, in the partition of what it is for: a conversation, a mail, a job, a store's pool or an operator.
func Timer(t chat.Timer) table.Key {
	switch t.Kind {
	case chat.TimerMail:
		return table.Key{PK: Mail(t.AccountID, t.Subject).PK, SK: "T"}
	case chat.TimerJob:
		return table.Key{PK: Job(t.AccountID, t.Subject).PK, SK: "T"}
	case chat.TimerPool:
		return PoolTimer(t.AccountID, chat.StoreID(t.Subject))
	case chat.TimerPicture:
		return table.Key{PK: join("O", string(t.AccountID), t.Subject), SK: "T"}
	case chat.TimerSend, chat.TimerMedia:
	}
	return table.Key{PK: Conversation(t.AccountID, t.ConversationID).PK, SK: join("T", string(t.Kind), string(t.MessageID))}
}

// ParseTimer reads from a key what a timer is for.
func ParseTimer(k table.Key) (t chat.Timer, err error) {
	var parts []string
	switch {
	case strings.HasPrefix(k.PK, "E#"):
		t.Kind = chat.TimerMail
		parts, err = Split(k.PK, "E", 2)
	case strings.HasPrefix(k.PK, "J#"):
		t.Kind = chat.TimerJob
		parts, err = Split(k.PK, "J", 2)
	case strings.HasPrefix(k.PK, "W#"):
		t.Kind = chat.TimerPool
		parts, err = Split(k.PK, "W", 2)
	case strings.HasPrefix(k.PK, "O#"):
		t.Kind = chat.TimerPicture
		parts, err = Split(k.PK, "O", 2)
	default:
		if t.AccountID, t.ConversationID, err = ParseConversation(k.PK); err != nil {
			return t, err
		}
		if parts, err = Split(k.SK, "T", 2); err != nil {
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

// HeldPartition holds the timers of the messages that wait for a channel, oldest message first. It is in the waiting index.
func HeldPartition(account chat.AccountID, channel chat.ChannelID) string {
	return join("H", string(account), string(channel))
}

func HeldSort(t chat.Timer) string {
	return escape(string(t.MessageID)) + "#" + escape(string(t.ConversationID))
}

// Index due: conversations and timers by the time when they are due, spread over shards by id.

func DuePartition(shard int) string { return fmt.Sprintf("D#%02d", shard) }

func DueShard(id string) string { return DuePartition(shardOf(id, DueShards)) }

// Edges lead from a contact or an operator, whose partition they are in, to conversations.

const EdgePrefix = "C#"

// ParseEdge reads which conversation an edge leads to.
func ParseEdge(sk string) (chat.ConversationID, error) {
	parts, err := Split(sk, "C", 1)
	if err != nil {
		return "", err
	}
	return chat.ConversationID(parts[0]), nil
}

// Edge is the edge to a conversation in the partition given.
func Edge(pk string, id chat.ConversationID) table.Key {
	return table.Key{PK: pk, SK: join("C", string(id))}
}

// Contacts: the partition of a contact holds it, the edges to its conversations and its revisions.

func Contact(account chat.AccountID, id chat.ContactID) table.Key {
	return table.Key{PK: join("P", string(account), string(id)), SK: "P"}
}

func ParseContact(pk string) (chat.AccountID, chat.ContactID, error) {
	parts, err := Split(pk, "P", 2)
	if err != nil {
		return "", "", err
	}
	return chat.AccountID(parts[0]), chat.ContactID(parts[1]), nil
}

func ContactConversation(account chat.AccountID, contact chat.ContactID, id chat.ConversationID) table.Key {
	return Edge(Contact(account, contact).PK, id)
}

func Revision(account chat.AccountID, contact chat.ContactID, version int64) table.Key {
	return table.Key{PK: Contact(account, contact).PK, SK: fmt.Sprintf("R#%010d", version)}
}

// ContactList holds, in the waiting index, the contacts that have a conversation in a store. Their ids sort by when they were first seen.
func ContactList(account chat.AccountID, store chat.StoreID) string {
	return join("K", string(account), string(store))
}

// Listed is the key of a contact's place in a list beyond the first, which the contact's own item has.
func Listed(account chat.AccountID, store chat.StoreID, contact chat.ContactID) table.Key {
	return table.Key{PK: ContactList(account, store), SK: ListedSort(contact)}
}

func ListedSort(contact chat.ContactID) string { return join("P", string(contact)) }

// ParseListed reads which contact a place in a list is of.
func ParseListed(sk string) (chat.ContactID, error) {
	parts, err := Split(sk, "P", 1)
	if err != nil {
		return "", err
	}
	return chat.ContactID(parts[0]), nil
}

// Search places a token by its field and first two characters, to spread the names of an account over partitions.
func Search(account chat.AccountID, field, text string, contact chat.ContactID) table.Key {
	return table.Key{PK: SearchPartition(account, field, text), SK: SearchPrefix(text) + "#" + escape(string(contact))}
}

// SearchPrefix begins the sort keys of the tokens that begin with a text.
func SearchPrefix(text string) string { return escape(text) }

// ParseSearch reads which contact a token leads to.
func ParseSearch(sk string) (chat.ContactID, error) {
	_, contact, _ := strings.Cut(sk, "#")
	id, err := unescape(contact)
	return chat.ContactID(id), err
}

// SearchPartition holds the tokens of one field with the same first two characters as text.
func SearchPartition(account chat.AccountID, field, text string) string {
	first := []rune(text)
	return join("S", string(account), field, string(first[:min(len(first), 2)]))
}

func Identity(account chat.AccountID, channel chat.ChannelID, address string) table.Key {
	return table.Key{PK: join("U", string(account), string(channel), address), SK: "U"}
}

func ParseIdentity(pk string) (chat.AccountID, chat.ChannelID, error) {
	parts, err := Split(pk, "U", 3)
	if err != nil {
		return "", "", err
	}
	return chat.AccountID(parts[0]), chat.ChannelID(parts[1]), nil
}

func ProviderRef(account chat.AccountID, scope, id string) table.Key {
	return table.Key{PK: join("R", string(account), scope, id), SK: "R"}
}

// Operators: the partition of an operator holds the edges to their open conversations, their read positions and the timer of
// their picture. The loads of an account are in one partition.

func OperatorConversation(account chat.AccountID, operator chat.OperatorID, id chat.ConversationID) table.Key {
	return Edge(join("O", string(account), string(operator)), id)
}

func ReadCursor(account chat.AccountID, operator chat.OperatorID, id chat.ConversationID) table.Key {
	return table.Key{PK: join("O", string(account), string(operator)), SK: join("R", string(id))}
}

func Load(account chat.AccountID, operator chat.OperatorID) table.Key {
	return table.Key{PK: join("L", string(account)), SK: join("L", string(operator))}
}

// Nobody is under what, in place of an operator, conversations without one are counted. It is spread over several loads.
func Nobody(id chat.ConversationID) chat.OperatorID {
	return chat.OperatorID(nobody + strconv.Itoa(shardOf(string(id), nobodyShards)))
}

// IsNobody tells these from operators.
func IsNobody(operator chat.OperatorID) bool { return strings.HasPrefix(string(operator), nobody) }

const (
	nobody       = "-"
	nobodyShards = 8
)

func Mail(account chat.AccountID, id string) table.Key {
	return table.Key{PK: join("E", string(account), id), SK: "E"}
}

func Job(account chat.AccountID, id string) table.Key {
	return table.Key{PK: join("J", string(account), id), SK: "J"}
}

func Activity(account chat.AccountID, at time.Time, requestID string) table.Key {
	return table.Key{PK: join("A", string(account), MonthOf(at)), SK: join(Sortable(at), requestID)}
}

// Directory: the partition of an account holds it and what it set up. Claims make addresses and assets unique over all accounts.

const (
	StorePrefix      = "S#"
	ChannelPrefix    = "C#"
	OperatorPrefix   = "O#"
	InvitationPrefix = "I#"
)

func Account(id chat.AccountID) table.Key { return table.Key{PK: join("A", string(id)), SK: "A"} }

func Store(account chat.AccountID, id chat.StoreID) table.Key {
	return table.Key{PK: Account(account).PK, SK: join("S", string(id))}
}

func Channel(account chat.AccountID, id chat.ChannelID) table.Key {
	return table.Key{PK: Account(account).PK, SK: join("C", string(id))}
}

// Template sorts the templates of a channel by name and language.
func Template(account chat.AccountID, channel chat.ChannelID, name, language string) table.Key {
	return table.Key{PK: Account(account).PK, SK: join("T", string(channel), name, language)}
}

// TemplatePrefix begins the sort keys of a channel's templates. It is empty without a channel.
func TemplatePrefix(channel chat.ChannelID) string {
	prefix := join("T", string(channel))
	if prefix == "" {
		return ""
	}
	return prefix + "#"
}

func Operator(account chat.AccountID, id chat.OperatorID) table.Key {
	return table.Key{PK: Account(account).PK, SK: join("O", string(id))}
}

func Invitation(account chat.AccountID, id chat.InvitationID) table.Key {
	return table.Key{PK: Account(account).PK, SK: join("I", string(id))}
}

func Email(email string) table.Key {
	return table.Key{PK: join("E", strings.ToLower(email)), SK: "E"}
}

func Asset(channel chat.ChannelType, externalID string) table.Key {
	return table.Key{PK: join("X", string(channel), externalID), SK: "X"}
}

const BusinessPrefix = "C#"

// Business puts the channels of a provider's business account into one partition, whatever account they are of.
func Business(channel chat.ChannelType, business string, account chat.AccountID, id chat.ChannelID) table.Key {
	return table.Key{PK: join("B", string(channel), business), SK: join("C", string(account), string(id))}
}

// Live: secrets are keyed by their hash. The connections of an account or a visitor and the sessions of an operator have a
// partition each.

func Session(hash string) table.Key { return table.Key{PK: join("S", hash), SK: "S"} }

func OperatorSession(account chat.AccountID, operator chat.OperatorID, hash string) table.Key {
	return table.Key{PK: join("O", string(account), string(operator)), SK: join("S", hash)}
}

const (
	SessionPrefix            = "S#"
	VisitorConnectionPrefix  = "C#"
	AccountConnectionPrefix  = "O#"
	WatchingConnectionPrefix = "W#"
)

func Ticket(hash string) table.Key { return table.Key{PK: join("T", hash), SK: "T"} }

func Token(kind, hash string) table.Key { return table.Key{PK: join("K", kind, hash), SK: "K"} }

func Connection(id string) table.Key { return table.Key{PK: join("C", id), SK: "C"} }

func AccountConnection(account chat.AccountID, operator chat.OperatorID, id string) table.Key {
	return table.Key{PK: join("A", string(account)), SK: join("O", string(operator), id)}
}

// OperatorConnectionPrefix begins the sort keys of an operator's connections, and is empty without an operator.
func OperatorConnectionPrefix(operator chat.OperatorID) string {
	prefix := join("O", string(operator))
	if prefix == "" {
		return ""
	}
	return prefix + "#"
}

// WatchingConnection is the copy of a connection while somebody looks at its browser.
func WatchingConnection(account chat.AccountID, id string) table.Key {
	return table.Key{PK: join("A", string(account)), SK: join("W", id)}
}

func VisitorConnection(account chat.AccountID, visitor chat.VisitorID, id string) table.Key {
	return table.Key{PK: join("V", string(account), string(visitor)), SK: join("C", id)}
}

// SiteConnection lists visitors' connections by channel, so that those of a page or a site can be closed.
func SiteConnection(account chat.AccountID, channel chat.ChannelID, id string) table.Key {
	return table.Key{PK: join("W", string(account), string(channel)), SK: join("C", id)}
}

func Answer(id string) table.Key { return table.Key{PK: join("N", id), SK: "N"} }

func Hit(id string, window time.Time) table.Key {
	return table.Key{PK: join("H", id), SK: join("H", Sortable(window))}
}

// The indexes of Desk.
const (
	IndexInbox   = "inbox"
	IndexWaiting = "waiting"
	IndexDue     = "due"
)

// DueShards is how many partitions the due index has.
const DueShards = 16
