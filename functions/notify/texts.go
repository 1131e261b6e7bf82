package notify

import "github.com/recado-chat/recado/shared/chat"

// mailTexts holds the texts of each mail template by language.
var mailTexts = map[chat.MailTemplate]map[chat.Language]mailText{
	chat.MailVerify: {
		chat.Spanish: {
			Subject:  "Confirma tu correo en Recado",
			Greeting: "Hola, %s:",
			Hello:    "Hola:",
			Intro:    "Gracias por crear tu cuenta en Recado. Confirma que este correo es tuyo para poder invitar a tu equipo.",
			Button:   "Confirmar mi correo",
			Note:     "El enlace vale 7 días y se usa una sola vez. Si no creaste una cuenta en Recado, ignora este mensaje.",
			Fallback: "Si el botón no funciona, copia esta dirección en tu navegador:",
		},
		chat.Portuguese: {
			Subject:  "Confirme seu e-mail no Recado",
			Greeting: "Olá, %s,",
			Hello:    "Olá,",
			Intro:    "Obrigado por criar sua conta no Recado. Confirme que este e-mail é seu para poder convidar sua equipe.",
			Button:   "Confirmar meu e-mail",
			Note:     "O link vale por 7 dias e só funciona uma vez. Se você não criou uma conta no Recado, ignore esta mensagem.",
			Fallback: "Se o botão não funcionar, copie este endereço no seu navegador:",
		},
		chat.English: {
			Subject:  "Confirm your e-mail address for Recado",
			Greeting: "Hello %s,",
			Hello:    "Hello,",
			Intro:    "Thank you for creating your Recado account. Confirm that this address is yours, so that you can invite your team.",
			Button:   "Confirm my address",
			Note:     "The link is good for 7 days and works once. If you did not create a Recado account, ignore this message.",
			Fallback: "If the button does not work, copy this address into your browser:",
		},
	},
	chat.MailReset: {
		chat.Spanish: {
			Subject:  "Cambia tu contraseña de Recado",
			Greeting: "Hola, %s:",
			Hello:    "Hola:",
			Intro:    "Alguien pidió cambiar la contraseña de tu cuenta de Recado. Si fuiste tú, elige una nueva.",
			Button:   "Elegir una contraseña",
			Note:     "El enlace vale una hora y se usa una sola vez. Si no lo pediste, ignora este mensaje: tu contraseña sigue igual.",
			Fallback: "Si el botón no funciona, copia esta dirección en tu navegador:",
		},
		chat.Portuguese: {
			Subject:  "Troque sua senha do Recado",
			Greeting: "Olá, %s,",
			Hello:    "Olá,",
			Intro:    "Alguém pediu para trocar a senha da sua conta do Recado. Se foi você, escolha uma nova.",
			Button:   "Escolher uma senha",
			Note:     "O link vale por uma hora e só funciona uma vez. Se você não pediu, ignore esta mensagem: sua senha continua a mesma.",
			Fallback: "Se o botão não funcionar, copie este endereço no seu navegador:",
		},
		chat.English: {
			Subject:  "Change your Recado password",
			Greeting: "Hello %s,",
			Hello:    "Hello,",
			Intro:    "Somebody asked to change the password of your Recado account. If it was you, choose a new one.",
			Button:   "Choose a password",
			Note:     "The link is good for one hour and works once. If you did not ask for it, ignore this message: your password stays as it is.",
			Fallback: "If the button does not work, copy this address into your browser:",
		},
	},
	chat.MailInvitation: {
		chat.Spanish: {
			Subject:  "{inviter} te invita a {account} en Recado",
			Greeting: "Hola, %s:",
			Hello:    "Hola:",
			Intro:    "{inviter} te invita al equipo que responde los mensajes de {account}. Elige tu nombre y tu contraseña para entrar.",
			Button:   "Aceptar la invitación",
			Note:     "El enlace vale 7 días y se usa una sola vez. Si no esperabas esta invitación, ignora este mensaje.",
			Fallback: "Si el botón no funciona, copia esta dirección en tu navegador:",
		},
		chat.Portuguese: {
			Subject:  "{inviter} convidou você para {account} no Recado",
			Greeting: "Olá, %s,",
			Hello:    "Olá,",
			Intro:    "{inviter} convidou você para a equipe que responde às mensagens de {account}. Escolha seu nome e sua senha para entrar.",
			Button:   "Aceitar o convite",
			Note:     "O link vale por 7 dias e só funciona uma vez. Se você não esperava este convite, ignore esta mensagem.",
			Fallback: "Se o botão não funcionar, copie este endereço no seu navegador:",
		},
		chat.English: {
			Subject:  "{inviter} invites you to {account} on Recado",
			Greeting: "Hello %s,",
			Hello:    "Hello,",
			Intro:    "{inviter} invites you to the team that answers the messages of {account}. Choose your name and password to get in.",
			Button:   "Accept invitation",
			Note:     "The link is good for 7 days and works once. If you did not expect this invitation, ignore this message.",
			Fallback: "If the button does not work, copy this address into your browser:",
		},
	},
	chat.MailInvitationTaken: {
		chat.Spanish: {
			Subject:  "{inviter} te invita a {account} en Recado",
			Greeting: "Hola, %s:",
			Hello:    "Hola:",
			Intro:    "{inviter} te invita a {account}, pero con este correo ya entras a otra cuenta de Recado, y un correo sirve para una sola. Para aceptar, pide que te inviten a otro correo tuyo.",
			Button:   "Ir a mi cuenta",
			Note:     "Quien te invitó no sabe que este correo ya tiene una cuenta. Si no esperabas esta invitación, ignora este mensaje.",
			Fallback: "Si el botón no funciona, copia esta dirección en tu navegador:",
		},
		chat.Portuguese: {
			Subject:  "{inviter} convidou você para {account} no Recado",
			Greeting: "Olá, %s,",
			Hello:    "Olá,",
			Intro:    "{inviter} convidou você para {account}, mas com este e-mail você já entra em outra conta do Recado, e um e-mail serve para uma só. Para aceitar, peça um convite para outro e-mail seu.",
			Button:   "Ir para minha conta",
			Note:     "Quem convidou você não sabe que este e-mail já tem uma conta. Se você não esperava este convite, ignore esta mensagem.",
			Fallback: "Se o botão não funcionar, copie este endereço no seu navegador:",
		},
		chat.English: {
			Subject:  "{inviter} invites you to {account} on Recado",
			Greeting: "Hello %s,",
			Hello:    "Hello,",
			Intro:    "{inviter} invites you to {account}, but this address already signs in to another Recado account, and an address belongs to one account only. To accept, ask for an invitation to another address of yours.",
			Button:   "Go to my account",
			Note:     "Whoever invited you does not know that this address has an account. If you did not expect this invitation, ignore this message.",
			Fallback: "If the button does not work, copy this address into your browser:",
		},
	},
}

// unnamed stand for names that are not presentable.
var unnamed = map[chat.Language]struct{ inviter, account string }{
	chat.Spanish:    {"Alguien", "una empresa"},
	chat.Portuguese: {"Alguém", "uma empresa"},
	chat.English:    {"Someone", "a business"},
}
