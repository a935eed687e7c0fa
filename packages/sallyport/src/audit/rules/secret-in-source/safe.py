# The source says where the password is.
import os

import pika

credentials = pika.PlainCredentials("notes", os.environ["AMQP_PASSWORD"])
