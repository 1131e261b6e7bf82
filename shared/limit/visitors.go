package limit

import "time"

// Visitor is who a visitor's request is counted for, from the narrowest to the widest. An empty one is not known, and not counted.
type Visitor struct {
	ID      string // the visitor's
	Address string // the network address; of IPv6 its /64
	Site    string // the channel
	Account string
}

// Action is the limits of something that a visitor's browser does. They are used from the narrowest to the widest, so that what is refused
// to one visitor or address uses up nothing of the site's and the account's limits.
type Action struct {
	visitor, address, site, account []Limit
}

// Of returns the uses of the action's limits.
func (a Action) Of(v Visitor) []Check {
	var checks []Check
	for _, level := range []struct {
		limits []Limit
		who    string
	}{{a.visitor, v.ID}, {a.address, v.Address}, {a.site, v.Site}, {a.account, v.Account}} {
		for _, l := range level.limits {
			if level.who != "" {
				checks = append(checks, Check{l, level.who})
			}
		}
	}
	return checks
}

// The limits of visitors. Measures: a busy account receives 25 messages a second, or 1,500 a minute, with about five in a conversation,
// so 18,000 new conversations an hour, all of which may come over one site; a hundred of its visitors may share one address, each of whom
// writes six messages a minute; 200 visitors a second who wrote before load a page of the shop. A site has at least twice that and an
// account twice a site's: those two bound the bill, while the narrow ones keep one script from filling an inbox or using up the wide ones.
// Batches are what a person stays below, so that an ordinary visitor costs no write, and about a twentieth of what is shared by many.
var (
	// Request is every request, before its token is looked up: opening the chat takes five, a message two. Each process counts alone, so that
	// a request that is refused by a limit below costs nothing here either.
	Request = Action{address: []Limit{perMinute("request_address", 3000, 3000)}}
	// Document is the chat's page and operators' pictures, which cost no more than a read. Each process counts alone.
	Document = Action{address: []Limit{perMinute("document_address", 600, 600)}}
	// Session begins or resumes a session: up to five reads.
	Session = Action{
		address: []Limit{perMinute("session_address", 600, 60)},
		site:    []Limit{perMinute("session_site", 24_000, 500)},
		account: []Limit{perMinute("session_account", 48_000, 1000)},
	}
	// NewVisitor is a session that is not of an earlier visit: a write that stays for 180 days.
	NewVisitor = Action{
		address: []Limit{perHour("visitor_address", 300, 1)},
		site:    []Limit{perHour("visitor_site", 40_000, 500)},
		account: []Limit{perHour("visitor_account", 80_000, 1000)},
	}
	// Message is about five writes and a push to everybody who looks.
	Message = Action{
		visitor: []Limit{perMinute("message_visitor", 30, 10), perHour("messages_visitor", 300, 30)},
		address: []Limit{perMinute("message_address", 1200, 60)},
		site:    []Limit{perMinute("message_site", 3000, 150)},
		account: []Limit{perMinute("message_account", 6000, 300)},
	}
	// NewConversation is a message of a visitor who has no open conversation: about twenty writes, an entry in everybody's list, an
	// assignment and a notification. Of a visitor only one is open at a time.
	NewConversation = Action{
		visitor: []Limit{perHour("conversation_visitor", 10, 5)},
		address: []Limit{perHour("conversation_address", 200, 1)},
		site:    []Limit{perHour("conversation_site", 40_000, 200)},
		account: []Limit{perHour("conversation_account", 80_000, 400)},
	}
	// Upload is a link under which up to ten megabytes may be stored.
	Upload = Action{
		visitor: []Limit{perMinute("upload_visitor", 20, 10), perHour("uploads_visitor", 100, 20)},
		address: []Limit{perMinute("upload_address", 300, 30)},
		site:    []Limit{perMinute("upload_site", 1500, 75)},
		account: []Limit{perMinute("upload_account", 3000, 150)},
	}
	// Read is a page of the history, a link to a file, or receipts.
	Read = Action{
		visitor: []Limit{perMinute("read_visitor", 300, 100)},
		address: []Limit{perMinute("read_address", 2400, 120)},
		site:    []Limit{perMinute("read_site", 24_000, 500)},
		account: []Limit{perMinute("read_account", 48_000, 1000)},
	}
	// Connect is a ticket for a socket, whose connection takes about ten writes. Every visitor comes back within half a minute when the
	// gateway cuts all.
	Connect = Action{
		visitor: []Limit{perMinute("connect_visitor", 60, 20)},
		address: []Limit{perMinute("connect_address", 600, 60)},
		site:    []Limit{perMinute("connect_site", 24_000, 500)},
		account: []Limit{perMinute("connect_account", 48_000, 1000)},
	}
	// Connection is the frames of one socket, an operator's too, before anything is read: a browser sends one every few seconds. Each process
	// counts alone.
	Connection = Action{visitor: []Limit{perMinute("frame_connection", 1200, 1200)}}
	// Frame is typing or a ping of a visitor, in all tabs: two a typing of four seconds.
	Frame = Action{
		visitor: []Limit{perMinute("frame_visitor", 60, 30)},
		address: []Limit{perMinute("frame_address", 1800, 90)},
		site:    []Limit{perMinute("frame_site", 24_000, 500)},
		account: []Limit{perMinute("frame_account", 48_000, 1000)},
	}
)

func perMinute(name string, most, batch int) Limit { return Limit{name, most, time.Minute, batch} }

func perHour(name string, most, batch int) Limit { return Limit{name, most, time.Hour, batch} }

// SocketsPerVisitor is how many sockets a visitor has open at once: every message to them is posted to each.
const SocketsPerVisitor = 20
