Pod::Spec.new do |spec|
  spec.name         = 'cellular-request'
  spec.version      = '0.1.0'
  spec.summary      = 'Opens the check_url of silent authentication over mobile data'
  spec.homepage     = 'https://example.org'
  spec.license      = 'MIT'
  spec.author       = 'Your team'
  spec.source       = { :path => '.' }
  spec.platform     = :ios, '15.0'
  spec.swift_version = '5.9'
  spec.source_files = 'ios/*.{m,swift}'
  spec.dependency 'React-Core'
  spec.dependency 'VonageClientLibrary', '1.0.5-beta'
end
