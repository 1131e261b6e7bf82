package topology

import (
	"maps"
	"slices"
	"strings"
)

// Kind says what a grant is about.
type Kind string

// The kinds of resources.
const (
	KindTable     Kind = "table"
	KindIndex     Kind = "index"  // of a table: "desk/inbox"
	KindStream    Kind = "stream" // of a table
	KindBucket    Kind = "bucket"
	KindQueue     Kind = "queue"
	KindParameter Kind = "parameter"
	KindKey       Kind = "key" // that seals providers' secrets
	KindUsers     Kind = "users"
	KindSockets   Kind = "sockets"
	KindMail      Kind = "mail"
)

// Grant is one permission: the actions on one resource, and the key of the environment under which the function finds that
// resource. Trigger marks what Lambda does in the function's name, for which the function needs no key.
type Grant struct {
	Kind    Kind
	Name    string
	Actions []string
	Env     string
	Trigger bool
}

// Index are the parts of an index's name.
func (g Grant) Index() (Table, string) {
	table, index, _ := strings.Cut(g.Name, "/")
	return Table(table), index
}

// Grants are all that a function may do, beside writing its own log.
func (f Function) Grants() []Grant {
	grants := slices.Concat(f.tableGrants(), f.bucketGrants(), f.triggerGrants())
	for _, name := range f.SendsTo {
		env := deadQueueURL
		if name != DeadLetters {
			env = MustQueue(name).Env
		}
		grants = append(grants, Grant{Kind: KindQueue, Name: name, Actions: []string{"sqs:SendMessage"}, Env: env})
	}
	for _, s := range f.AllSecrets() {
		grants = append(grants, Grant{Kind: KindParameter, Name: s.Name, Actions: []string{"ssm:GetParameter"}, Env: s.Env})
	}
	if f.EncryptsSecrets {
		grants = append(grants, Grant{Kind: KindKey, Actions: []string{"kms:Encrypt"}, Env: secretKeyID})
	}
	if f.DecryptsSecrets {
		grants = append(grants, Grant{Kind: KindKey, Actions: []string{"kms:Decrypt"}, Env: secretKeyID})
	}
	if f.Identity {
		grants = append(grants, Grant{Kind: KindUsers, Env: userPoolID, Actions: []string{
			"cognito-idp:AdminCreateUser", "cognito-idp:AdminInitiateAuth", "cognito-idp:AdminSetUserPassword",
		}})
	}
	if f.PostsToSockets {
		grants = append(grants, Grant{Kind: KindSockets, Actions: []string{"execute-api:ManageConnections"}, Env: socketEndpoint})
	}
	if f.SendsMail {
		grants = append(grants, Grant{Kind: KindMail, Actions: []string{"ses:SendEmail"}, Env: MailFrom})
	}
	return grants
}

func (f Function) tableGrants() []Grant {
	var grants []Grant
	for _, table := range slices.Sorted(maps.Keys(f.Tables)) {
		env := strings.ToUpper(string(table)) + "_TABLE"
		if actions := f.Tables[table].Actions(); len(actions) > 0 {
			grants = append(grants, Grant{Kind: KindTable, Name: string(table), Actions: actions, Env: env})
		}
		if table != Desk {
			continue
		}
		for _, index := range f.Indexes {
			grants = append(grants, Grant{Kind: KindIndex, Name: string(table) + "/" + index, Actions: []string{"dynamodb:Query"}, Env: env})
		}
	}
	return grants
}

func (f Function) bucketGrants() []Grant {
	var grants []Grant
	for _, bucket := range slices.Sorted(maps.Keys(f.Buckets)) {
		grants = append(grants, Grant{
			Kind: KindBucket, Name: string(bucket), Actions: f.Buckets[bucket].Actions(), Env: strings.ToUpper(string(bucket)) + "_BUCKET",
		})
	}
	return grants
}

// triggerGrants are what Lambda needs in the function's name to read its queues and streams.
func (f Function) triggerGrants() []Grant {
	var grants []Grant
	for _, q := range Queues {
		if q.Function == f.Name {
			grants = append(grants, Grant{Kind: KindQueue, Name: q.Name, Trigger: true, Actions: []string{
				// The visibility is changed by ourselves: what failed comes back soon.
				"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage",
			}})
		}
	}
	streams := false
	for _, s := range Streams {
		if s.Function == f.Name {
			streams = true
			grants = append(grants, Grant{Kind: KindStream, Name: string(s.Table), Trigger: true, Actions: []string{
				"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator",
			}})
		}
	}
	if streams {
		// The on-failure destination: records that failed too many times.
		grants = append(grants, Grant{Kind: KindBucket, Name: string(StreamFailures), Trigger: true, Actions: []string{"s3:ListBucket", "s3:PutObject"}})
	}
	return grants
}
